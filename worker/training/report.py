"""The reports of the training generator: a pulse after every chunk of steps, a report after every epoch."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from gradus.wire.layer_report import MeasuredLayers

OnProgress = Callable[[], None]
"""Called between the pieces of long work, as a sign of progress before the next report."""


def ignore_progress() -> None:
    """Do nothing."""


@dataclass(frozen=True)
class Pulse:
    """A chunk of steps was trained. The run can be stopped here, or its state saved, within an epoch."""

    epoch: int
    """The current epoch, 1 = the first."""
    step: int
    """Steps trained since the start of the run."""


@dataclass(frozen=True)
class Finished:
    """All epochs were trained."""


@dataclass(frozen=True)
class StoppedEarly:
    """Early stopping: the validation metric no longer improved."""

    best_epoch: int | None
    """The epoch whose weights are kept; None if the metric was NaN in every epoch."""


Cause = Literal["learning_rate", "initial_weights", "inputs"]
"""The cause of a divergence: too large steps, a first loss that was not finite or far too large, or non-finite data."""


@dataclass(frozen=True)
class Divergence:
    """The run diverged: where this was first detected. Part of checkpoints."""

    epoch: int
    step: int
    """Number of the step since the start of the run, 1 = the first."""
    layer: str
    """The layer's path in the spec, such as `layers/0`, or `output`."""
    cause: Cause = "learning_rate"


@dataclass(frozen=True)
class DeadUnits:
    """Dead units of a ReLU layer: they output 0 for every example checked, so no gradient reaches their weights."""

    layer: str
    dead: int
    units: int


@dataclass(frozen=True)
class Guessing:
    """A network that was never better on the validation split than a constant prediction."""

    epochs: int
    """Number of epochs so far."""
    accuracy: float | None
    """None for regression."""
    loss: float
    baseline: float
    """The constant prediction's accuracy, such as the most frequent class's frequency; for regression its loss."""
    answer: str
    """What the constant prediction is, in words."""
    dead: tuple[DeadUnits, ...]
    """Layers in which more than half of the units are dead."""


Ending = Finished | StoppedEarly | Divergence


@dataclass(frozen=True)
class MemberEpoch:
    """One member's results of one epoch. Losses are means without penalties, and may be NaN or infinite."""

    epoch: int
    step: int
    """Steps trained since the start of the run."""
    train_loss: float
    """Mean over the epoch's examples, each with the weights of its own step."""
    train_accuracy: float | None
    """None for regression, like the other accuracies."""
    validation_loss: float
    validation_accuracy: float | None
    test_loss: float
    test_accuracy: float | None
    penalty: float
    """l1·Σ|w| + l2·Σw² at the end of the epoch."""
    learning_rate: float
    """The learning rate of the epoch's last step."""
    gradient_norm: float
    """Mean over the epoch's steps of the gradient's L2 norm, penalties included, before clipping."""
    is_best: bool
    """Whether this epoch is better than all before, by the metric of `models.early_stopping.rule`."""
    ending: Ending | None
    """Why the member ends with this epoch; None if it does not end."""
    measured: MeasuredLayers | None = None
    """Statistics of the layers, if they were measured."""
    guessing: Guessing | None = field(default=None, compare=False)
    """A warning, once per run, for a member that has learned nothing yet. Not compared, as it is not a result: an
    extended run has its warning at its first end, which may be earlier than in a run that was longer from the start."""


@dataclass(frozen=True)
class EpochReport:
    """An epoch has ended."""

    epoch: int
    step: int
    members: tuple[MemberEpoch | None, ...]
    """In the order of the experiments; None for a member that ended in an earlier epoch."""


Report = Pulse | EpochReport
