"""The grain of a metric: the step between two values that it can have."""

from math import ceil, log10
from typing import Protocol

from gradus.wire.catalog import MetricEntry


class Examples(Protocol):
    """Something that knows how many examples a run is trained and measured on; null where that is not known."""

    @property
    def train_examples(self) -> int | None:
        """Of an epoch."""

    @property
    def validation_examples(self) -> int | None:
        """Kept from training."""

    @property
    def test_examples(self) -> int | None:
        """Never trained on."""


def grain(metric: MetricEntry, examples: Examples) -> float:
    """An accuracy moves by one example of those it is measured on; a loss has no steps, and so zero."""
    if metric.unit != "fraction" or metric.split is None:
        return 0.0
    measured_on: int | None = getattr(examples, f"{metric.split}_examples")
    return 1 / measured_on if measured_on else 0.0


def places(step: float, most: int = 4) -> int:
    """The decimals that tell two values of this grain apart: further ones are none that the data have."""
    return min(most, ceil(-log10(step) - 1e-9)) if step else most
