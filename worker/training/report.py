"""What training tells whoever drives it: a pulse after every chunk of steps, a report after every epoch."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Beat = Callable[[], None]
"""Called by long work between its pieces, so that whoever waits for the next report sees progress."""


def no_beat() -> None:
    """For work that nobody waits for."""


@dataclass(frozen=True)
class Pulse:
    """Some steps were taken: an occasion to stop, or to take the state, in the middle of an epoch."""

    epoch: int
    """The epoch in progress, 1 = the first."""
    step: int
    """Steps taken since the start of the run."""


@dataclass(frozen=True)
class Finished:
    """All epochs were trained."""


@dataclass(frozen=True)
class StoppedEarly:
    """The validation metric no longer improved."""

    best_epoch: int | None
    """The epoch whose weights are kept; None if the metric was never a number."""


Cause = Literal["learning_rate", "initial_weights", "inputs"]
"""Why numbers ran away: steps too large, a first loss that was not finite or hopeless, or data that are not finite."""


@dataclass(frozen=True)
class Divergence:
    """The numbers ran away: where that was first seen."""

    epoch: int
    step: int
    """Since the start of the run, 1 = the first."""
    layer: str
    """Its path in the spec, `layers/0`, or `output`."""
    cause: Cause = "learning_rate"


@dataclass(frozen=True)
class DeadUnits:
    """Units of a ReLU layer that gave 0 for every example looked at: no gradient reaches their weights."""

    layer: str
    dead: int
    units: int


@dataclass(frozen=True)
class Guessing:
    """A network that was never better on the validation examples than an answer that looks at no input."""

    epochs: int
    """For so long."""
    accuracy: float | None
    """None for regression."""
    loss: float
    known: float
    """What is reached without looking: the most frequent class's share, or the loss of answering the mean."""
    dead: tuple[DeadUnits, ...]
    """Layers of which more than half is dead."""


Ending = Finished | StoppedEarly | Divergence


@dataclass(frozen=True)
class MemberEpoch:
    """What one epoch gave one member. Losses are means of the data loss, without penalty; NaN and infinity stay."""

    epoch: int
    step: int
    """Steps taken since the start of the run."""
    train_loss: float
    """Mean over the epoch's examples, as they were trained."""
    train_accuracy: float | None
    """None for regression, as the other accuracies."""
    validation_loss: float
    validation_accuracy: float | None
    test_loss: float
    test_accuracy: float | None
    penalty: float
    """l1·Σ|w| + l2·Σw² at the end of the epoch."""
    learning_rate: float
    """Of the epoch's last step."""
    gradient_norm: float
    """L2 norm of the gradient before clipping, penalty included: mean over the epoch's steps."""
    is_best: bool
    """Whether no epoch before was as good by the metric that decides (`models.early_stopping.rule`)."""
    ending: Ending | None
    """Why the member ends with this epoch, if it does."""
    guessing: Guessing | None = field(default=None, compare=False)
    """Said once, when it is time for it, of a member that has learned nothing yet. Not one of the run's numbers: an
    extended run has said at its first end what a longer one says later."""


@dataclass(frozen=True)
class EpochReport:
    """The end of an epoch."""

    epoch: int
    step: int
    members: tuple[MemberEpoch | None, ...]
    """In the order of the experiments; None for a member that ended in an earlier epoch."""


Report = Pulse | EpochReport
