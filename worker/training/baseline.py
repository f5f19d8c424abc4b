"""Whether a network has learned anything: is it better on the validation examples than an answer that sees no input?

For classes that answer is whichever class is most frequent, or as probabilities the training examples' shares; for
numbers it is their mean. A network is better if its validation accuracy is more than two standard errors above, or its
validation loss more than 2 % below.
"""

from dataclasses import dataclass
from math import ceil, sqrt

import torch
from torch import Tensor

from worker.training.data import Data

MARGIN = 0.02
FIRST_EPOCHS = 3
"""A network may take so long, or a quarter of all its epochs, before anything is said."""
EXAMPLES = 1000
"""Looked at for dead units."""


class Baseline:
    """What the answer that sees no input reaches on a run's validation examples, in the units of its metrics."""

    def __init__(self, data: Data, classes: int) -> None:
        """`classes` is the number of classes; it does not matter for a regression."""
        train, validation = data.train.targets.cpu(), data.validation.targets.cpu()
        self.accuracy: float | None = None
        if data.task == "regression":
            errors = validation.double() - train.double().mean()
            self.loss = data.target_scale.loss_unit * float(errors.square().mean())
            return
        counts = torch.bincount(train, minlength=classes).double()
        self.loss = float(-_log_shares(counts)[validation].mean())
        self.accuracy = float(torch.bincount(validation).max()) / len(validation)
        self._error = sqrt(self.accuracy * (1 - self.accuracy) / len(validation))

    @property
    def known(self) -> float:
        """Its accuracy, or its loss for a regression."""
        return self.loss if self.accuracy is None else self.accuracy

    def is_beaten_by(self, loss: float, accuracy: float | None) -> bool:
        """Whether a network with this validation loss and accuracy has learned something."""
        if self.accuracy is not None and accuracy is not None and accuracy > self.accuracy + 2 * self._error:
            return True
        return loss < (1 - MARGIN) * self.loss


@dataclass(frozen=True)
class Guesses:
    """The epochs so far of a member that has never been better than guessing."""

    epochs: int = 0
    lowest_loss: float | None = None
    said: bool = False

    def after(self, loss: float, *, epochs: int, is_over: bool) -> "Guesses":
        """One more epoch with this validation loss, of so many in all; it is said now if `said` changes.

        A loss that still falls is given time: a slow network is on its way.
        """
        falls = self.lowest_loss is not None and loss < self.lowest_loss
        lowest = loss if falls or self.lowest_loss is None else self.lowest_loss
        is_time = self.epochs + 1 >= max(FIRST_EPOCHS, ceil(epochs / 4)) and not falls
        return Guesses(self.epochs + 1, lowest, self.said or is_time or is_over)


def _log_shares(counts: Tensor) -> Tensor:
    """ln of each class's share, counted once more than seen, so that no class is impossible."""
    return ((counts + 1) / (counts + 1).sum()).log()
