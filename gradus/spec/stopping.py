"""Early stopping on a validation metric."""

from typing import Annotated, Literal

from pydantic import Field

from gradus.spec.word import Word, switch

ValidationMetric = Literal["validation_loss", "validation_accuracy"]


class EarlyStopping(Word, title="Early stopping"):
    """Ends the run after `patience` epochs without an improvement of more than `min_delta`; the best epoch is kept.

    Source: Prechelt, Early stopping - but when?, 1998.
    """

    metric: ValidationMetric = "validation_loss"
    """What has to improve: a loss downward, an accuracy upward."""
    patience: int = Field(default=5, ge=1, le=10_000)
    """Epochs without improvement before the end."""
    min_delta: float = Field(default=0.0, ge=0, le=1e9)
    """Smallest change that counts as improvement."""


EarlyStoppingSetting = Annotated[EarlyStopping, switch()] | None
