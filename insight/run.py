"""What is known about a run that is training or has ended."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import ceil, inf, isfinite, sqrt
from typing import Literal

from gradus.dataset_plan import DatasetPlan
from gradus.spec.batch import steps_per_epoch
from gradus.spec.experiment import Spec
from gradus.spec.network import NetworkPlan, plan_written
from gradus.wire.experiment import Failure
from gradus.wire.finding import Since
from gradus.wire.layer_report import LayerReport
from gradus.wire.metrics import MetricsRow
from insight.prior import Prior

DivergenceCause = Literal["learning_rate", "initial_weights", "inputs", "penalty"]
"""Steps that are too long; initial weights, with a first loss that is not finite or far too large; inputs that are not
finite; a penalty that makes the weights grow by itself."""

FIRST_EPOCHS = 3
"""Epochs before which no finding says that a run has not learned, or a quarter of all epochs if that is more."""


@dataclass(frozen=True)
class Run:
    """A spec with every default written out, and the history of its run."""

    spec: Spec
    data: DatasetPlan
    rows: Sequence[MetricsRow]
    """One row per epoch, from the first; of a long run, the rows for which `looks.is_kept`, and the newest."""
    is_over: bool
    prior: Prior | None = None
    """None if it is not known; findings that need it then do not fire."""
    reports: Sequence[LayerReport] = ()
    """Statistics of the layers, in the order of the epochs; of some epochs, or none."""
    recalls: Sequence[float] = ()
    """For each class, the share of its validation examples that the newest epoch's network recognizes; NaN for a class
    without examples, empty if it was not measured."""
    failure: Failure | None = None
    """Why the run failed, if it did."""
    cause: DivergenceCause | None = None
    """The cause of its divergence; None if the run did not diverge, or the cause is unknown."""

    @cached_property
    def network(self) -> NetworkPlan:
        """The network's layers."""
        return plan_written(self.spec, self.data)

    @property
    def last(self) -> MetricsRow:
        """The row of the newest epoch. Only for runs that have one."""
        return self.rows[-1]

    @property
    def is_complete(self) -> bool:
        """Whether the run completed all its epochs."""
        return bool(self.rows) and self.last.epoch >= self.spec.epochs

    @property
    def is_due(self) -> bool:
        """Whether the run is long enough to judge what it has not learned."""
        return bool(self.rows) and (
            self.is_over or self.is_complete or self.last.epoch >= max(FIRST_EPOCHS, ceil(self.spec.epochs / 4))
        )

    @cached_property
    def epochs(self) -> Sequence[int]:
        """The epoch of each row; of a long run not all epochs are kept."""
        return [row.epoch for row in self.rows]

    @cached_property
    def spans(self) -> Sequence[int]:
        """The number of epochs that each row stands for: its own, and those before it that were not kept."""
        return [later - earlier for earlier, later in pairwise([0, *self.epochs])]

    def before_last(self, epochs: int) -> int:
        """The index of the newest row that is at least `epochs` epochs older than the last; 0 if there is none."""
        return max(0, bisect_right(self.epochs, self.last.epoch - epochs) - 1)

    def fall_per_epoch(self, epochs: int = 3) -> float:
        """The relative fall of the training loss per epoch over the last `epochs` epochs, as a geometric mean; negative
        if the loss grew, 0 if unknown.

        Example: losses that end 1.0, 0.9, 0.81 fall by 0.1 an epoch.
        """
        known = [
            (epoch, loss)
            for epoch, loss in zip(self.epochs, self.train_losses, strict=True)
            if isfinite(loss) and loss > 0
        ]
        known = known[max(0, bisect_right(known, (self.last.epoch - epochs, inf)) - 1) :] if self.rows else []
        if len(known) < 2:
            return 0.0
        (first, before), (last, now) = known[0], known[-1]
        return 1 - float((now / before) ** (1 / (last - first)))

    @property
    def steps_per_epoch(self) -> int:
        """Steps in each epoch."""
        return steps_per_epoch(self.spec.batch_size, self.data.train_examples)

    @cached_property
    def train_losses(self) -> Sequence[float]:
        """The training loss of each row."""
        return [row.train_loss for row in self.rows]

    @cached_property
    def validation_losses(self) -> Sequence[float]:
        """The validation loss of each row."""
        return [row.validation_loss for row in self.rows]

    @cached_property
    def accuracies(self) -> Sequence[float]:
        """The validation accuracy of each row; empty for regression."""
        return [row.validation_accuracy for row in self.rows if row.validation_accuracy is not None]

    @property
    def accuracy_error(self) -> float:
        """The standard error of a validation accuracy of 1/2, where it is largest."""
        return 0.5 / sqrt(max(self.data.validation_examples, 1))

    def since(self, index: int) -> Since:
        """The moment of the row with this index."""
        row = self.rows[index]
        return Since(epoch=row.epoch, step=row.step)

    def remaining(self, loss: float) -> float:
        """The loss as a share of a constant prediction's; infinite if the loss is not finite, 1 if no prior is
        known."""
        if self.prior is None or not self.prior.loss > 0:
            return 1.0
        return loss / self.prior.loss if isfinite(loss) else float("inf")
