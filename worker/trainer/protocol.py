"""What a worker and its trainer say to each other: one JSON document a line."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from gradus.spec.experiment import Spec
from gradus.status import Status
from gradus.wire.event import StepProgress
from gradus.wire.experiment import Failure
from gradus.wire.message import Message
from gradus.wire.metrics import MetricsRow
from hub.jobs.checkpoint_ref import CheckpointRef


class Trainee(Message):
    """One experiment of a job."""

    id: str
    spec: Spec
    epoch: int
    """Epochs that are recorded already: their seconds are spent."""
    seconds: float
    """That they took."""
    extensions: int = 0
    """How often it was given more epochs."""
    checkpoints: tuple[CheckpointRef, ...] = ()
    """From which it can go on: the first that is whole; none means from the start."""
    place: int = 0
    """In the job's array."""


class Train(Message):
    """Train these experiments, and say `Idle` at the end."""

    kind: Literal["train"] = "train"
    trainees: tuple[Trainee, ...]
    places: int = 1
    """Of the job's array: more than trainees when some are over or paused."""
    dataset_dirs: tuple[str, ...]
    artifacts_url: str
    """Where checkpoints are."""
    token: int
    """The fencing number under which they are written."""
    pulse_seconds: float = 1.0
    """Between two pulses, at least."""
    checkpoint_seconds: float
    """Of training that may be lost, in the middle of an epoch too; at the end of one, half of them."""


class Stop(Message):
    """Train these experiments no longer, also in the middle of an epoch. They get no `Ended`."""

    kind: Literal["stop"] = "stop"
    ids: tuple[str, ...]
    keep: bool = False
    """Write a checkpoint first, and say `Stopped`."""


class Ready(Message):
    """The trainer is warm."""

    kind: Literal["ready"] = "ready"
    device: str
    """As in an experiment's `device`."""


class Begun(Message):
    """The data are there, and the checkpoint to go on from: the next step follows."""

    kind: Literal["begun"] = "begun"


class Pulse(Message):
    """The training loop gets on, or waits for something and knows it."""

    kind: Literal["pulse"] = "pulse"
    longest: float = 0.0
    """Seconds of the longest piece of work between two signs that it got on, seen or expected."""


class Said(Message):
    """A line for an experiment's log."""

    kind: Literal["said"] = "said"
    id: str
    message: str
    level: str = "info"


class StepReached(Message):
    """A long step, for which these experiments wait, gets on."""

    kind: Literal["step_reached"] = "step_reached"
    ids: tuple[str, ...]
    step: StepProgress


class MemberRow(Message):
    """What an epoch gave one experiment."""

    id: str
    row: MetricsRow
    best: bool
    """Whether it is the best so far."""
    saved: CheckpointRef | None = None
    """The checkpoint at its end, if there is one."""


class EpochDone(Message):
    """One epoch of every experiment that still trains: recorded in one transaction."""

    kind: Literal["epoch_done"] = "epoch_done"
    members: tuple[MemberRow, ...]


class Checkpointed(Message):
    """There is a checkpoint beside the epochs' own."""

    kind: Literal["checkpointed"] = "checkpointed"
    id: str
    saved: CheckpointRef


class Stopped(Message):
    """An experiment stands still, as it was told to."""

    kind: Literal["stopped"] = "stopped"
    id: str
    saved: CheckpointRef | None
    """Where it stands; None if an earlier checkpoint has to do."""


class Ended(Message):
    """An experiment came to its end by itself."""

    kind: Literal["ended"] = "ended"
    id: str
    status: Status
    why: str = ""
    """For the log; empty if there is nothing to say."""
    failure: Failure | None = None
    epoch: int = 0
    """Epochs that were told of before."""


class Idle(Message):
    """The job is over, its memory free."""

    kind: Literal["idle"] = "idle"
    worn: bool = False
    """Whether a new process should train the next: this one ran out of memory, or has not given it back."""


Command = Train | Stop
Report = Ready | Begun | Pulse | Said | StepReached | EpochDone | Checkpointed | Stopped | Ended | Idle

COMMANDS: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="kind")])
REPORTS: TypeAdapter[Report] = TypeAdapter(Annotated[Report, Field(discriminator="kind")])


def line(message: Command | Report) -> bytes:
    """The message as one line."""
    return message.model_dump_json().encode() + b"\n"
