"""The grain of a metric: the step between adjacent values that it can take."""

from math import ceil, log10
from typing import Protocol

from gradus.wire.catalog import MetricEntry


class Examples(Protocol):
    """An object with the numbers of examples of a run; None if unknown."""

    @property
    def train_examples(self) -> int | None:
        """Training examples per epoch."""

    @property
    def validation_examples(self) -> int | None:
        """Validation examples."""

    @property
    def test_examples(self) -> int | None:
        """Test examples."""


def grain(metric: MetricEntry, examples: Examples) -> float:
    """One over the number of examples for an accuracy; zero for other metrics, which are continuous."""
    if metric.unit != "fraction" or metric.split is None:
        return 0.0
    measured_on: int | None = getattr(examples, f"{metric.split}_examples")
    return 1 / measured_on if measured_on else 0.0


def places(step: float, most: int = 4) -> int:
    """The number of decimals needed to distinguish values of this grain, at most `most`."""
    return min(most, ceil(-log10(step) - 1e-9)) if step else most
