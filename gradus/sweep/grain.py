"""The grain of a metric: the step between two values that it can have."""

from math import ceil, log10

from gradus.spec.dataset import Dataset
from gradus.sweep.objective import Metric


def grain(metric: Metric, dataset: Dataset) -> float:
    """An accuracy moves by one example of those it is measured on; a loss has no steps, and so zero."""
    if not metric.endswith("accuracy"):
        return 0.0
    measured_on = {
        "train_accuracy": dataset.train_examples,
        "validation_accuracy": dataset.validation_examples,
        "test_accuracy": dataset.facts.test_examples,
    }
    return 1 / measured_on[metric]


def places(step: float, most: int = 4) -> int:
    """The decimals that tell two values of this grain apart: further ones are none that the data have."""
    return min(most, ceil(-log10(step) - 1e-9)) if step else most
