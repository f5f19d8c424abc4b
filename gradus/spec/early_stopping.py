"""Early stopping on a validation metric."""

from typing import Annotated, Any, Literal

from pydantic import Field

from gradus.spec.spec_model import SpecModel, shorthand, switch

ValidationMetric = Literal["validation_loss", "validation_accuracy"]


class EarlyStopping(SpecModel, title="Early stopping"):
    """Ends the run after `patience` epochs without an improvement of more than `min_delta`. The weights of the best
    epoch are kept.

    Source: Prechelt, Early stopping - but when?, 1998.
    """

    metric: ValidationMetric = "validation_loss"
    """The metric to watch: a loss must decrease, an accuracy increase."""
    patience: int = Field(default=5, ge=1, le=10_000)
    """Epochs without improvement after which the run ends."""
    min_delta: float = Field(default=0.0, ge=0, le=1e9)
    """Smallest change that counts as improvement."""


def _off(value: Any) -> Any:
    return None if value is False else value


EarlyStoppingSetting = Annotated[EarlyStopping | None, switch(), shorthand(_off, {"const": False})]
"""`null` or `false` for none, `true` for early stopping with its defaults, or its parameters."""
