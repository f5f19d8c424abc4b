"""Whether a network has learned anything: is it better on the validation split than a constant prediction?

For classification, the constant prediction is the most frequent class, or the class frequencies of the training split
as probabilities; for regression, it is the mean. A network is better if its validation accuracy is higher by more than
two standard errors, or its validation loss lower by more than 2 %.
"""

from dataclasses import dataclass
from math import ceil, sqrt

import torch
from torch import Tensor

from worker.training.data import Data

MARGIN = 0.02
FIRST_EPOCHS = 3
"""The warning comes after this many epochs, or a quarter of all epochs if that is more."""
DEAD_UNIT_EXAMPLES = 1000
"""Number of examples with which dead units are detected."""


class Baseline:
    """The validation loss and accuracy of the constant prediction, in the units of the run's metrics."""

    def __init__(self, data: Data, classes: int) -> None:
        """`classes` is the number of classes; ignored for regression."""
        train, validation = data.train.targets.cpu(), data.validation.targets.cpu()
        self.accuracy: float | None = None
        if data.task == "regression":
            errors = validation.double() - train.double().mean()
            self.loss = data.target_scale.loss_unit * float(errors.square().mean())
            return
        counts = torch.bincount(train, minlength=classes).double()
        self.loss = float(-_log_frequencies(counts)[validation].mean())
        self.accuracy = float(torch.bincount(validation).max()) / len(validation)
        self._error = sqrt(self.accuracy * (1 - self.accuracy) / len(validation))

    @property
    def value(self) -> float:
        """The baseline's accuracy for classification, its loss for regression."""
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


def _log_frequencies(counts: Tensor) -> Tensor:
    """ln of each class's frequency, with add-one smoothing, so that no class has probability 0."""
    return ((counts + 1) / (counts + 1).sum()).log()
