"""Whether a network has learned anything: is it better on the validation split than a constant prediction?

For classification, the constant prediction is the most frequent class, or the class frequencies of the training split
as probabilities; if classes have weights, those of the weighted examples, whose loss training minimizes. For several
labels, it is the same for each label; for regression, the constant with the least loss on the training split, such as
the mean. A network is better if its validation accuracy is higher by more than two standard errors, or its validation
loss lower by more than 2 %.
"""

from dataclasses import dataclass
from math import ceil, sqrt
from typing import assert_never

import torch
from torch import Tensor

from gradus.spec.loss import ConcreteLoss, Task
from worker.training.constant import best_constant, constant_loss, constant_words, has_class_weights
from worker.training.data import Data, Split

MARGIN = 0.02
FIRST_EPOCHS = 3
"""The warning comes after this many epochs, or a quarter of all epochs if that is more."""
TIED = 1e-3
"""Classes count as equally likely if the logarithms of their probabilities differ by at most this."""
DEAD_UNIT_EXAMPLES = 1000
"""Number of examples with which dead units are detected."""


class Baseline:
    """The validation loss and accuracy of the constant prediction, in the units of the run's metrics."""

    def __init__(self, data: Data, kind: ConcreteLoss, outputs: int) -> None:
        """For a network with this loss and this number of outputs."""
        deviation = data.target_scale.deviation
        self.constant = best_constant(kind, data.train, outputs, deviation)
        self.loss = constant_loss(self.constant, kind, data.validation, deviation)
        targets = _targets(data.validation)
        self.accuracy = _constant_accuracy(targets, data.task)
        self.answer = constant_words(kind, outputs)
        if data.task == "classification" and has_class_weights(data.train):
            self.accuracy, self.answer = _accuracy_of(self.constant, targets), "the class of the largest weight"
        self._error = sqrt(self.accuracy * (1 - self.accuracy) / len(targets)) if self.accuracy is not None else 0.0

    @property
    def value(self) -> float:
        """The baseline's accuracy, or its loss for regression."""
        return self.loss if self.accuracy is None else self.accuracy

    def is_beaten_by(self, loss: float, accuracy: float | None) -> bool:
        """Whether a network with this validation loss and accuracy is better."""
        if self.accuracy is not None and accuracy is not None and accuracy > self.accuracy + 2 * self._error:
            return True
        return loss < (1 - MARGIN) * self.loss


@dataclass(frozen=True)
class Guesses:
    """The epochs so far of a member that has never been better than the baseline. Part of checkpoints."""

    epochs: int = 0
    lowest_loss: float | None = None
    said: bool = False

    def after(self, loss: float, *, epochs: int, is_over: bool) -> "Guesses":
        """The result after one more epoch with this validation loss, in a run of `epochs` epochs. If `said` becomes
        True, the warning is due. It is not due while the loss still decreases: the network may just learn slowly.
        """
        falls = self.lowest_loss is not None and loss < self.lowest_loss
        lowest = loss if falls or self.lowest_loss is None else self.lowest_loss
        is_time = self.epochs + 1 >= max(FIRST_EPOCHS, ceil(epochs / 4)) and not falls
        return Guesses(self.epochs + 1, lowest, self.said or is_time or is_over)


def _targets(split: Split) -> Tensor:
    targets = split.targets.cpu()
    return targets.double() if targets.is_floating_point() else targets


def _accuracy_of(constant: Tensor, targets: Tensor) -> float:
    """The accuracy of a constant prediction with these outputs; if several classes are equally likely, the mean of
    their accuracies."""
    likeliest = constant >= constant.max() - TIED
    frequencies = torch.bincount(targets, minlength=len(constant)) / len(targets)
    return float(frequencies[likeliest].mean())


def _constant_accuracy(targets: Tensor, task: Task) -> float | None:
    """The highest accuracy of a constant prediction; None for regression."""
    match task:
        case "classification":
            return float(torch.bincount(targets).max()) / len(targets)
        case "multi_label":
            shares = targets.mean(0)
            return float(torch.maximum(shares, 1 - shares).mean())
        case "regression":
            return None
        case _:
            assert_never(task)
