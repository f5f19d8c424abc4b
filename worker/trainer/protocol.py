"""The protocol between a worker and its trainer: one JSON document per line."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from gradus.dataset_plan import DatasetPlan
from gradus.spec.experiment import Spec
from gradus.status import Status
from gradus.wire.event import StepProgress
from gradus.wire.experiment import Failure
from gradus.wire.finding import Finding
from gradus.wire.layer_report import MeasuredLayers
from gradus.wire.message import Message, Number
from gradus.wire.metrics import MetricsRow
from hub.datasets.table_ref import TableRef
from hub.jobs.checkpoint_ref import CheckpointRef
from insight.prior import Prior
from insight.run import DivergenceCause


class Trainee(Message):
    """One experiment of a job."""

    id: str
    spec: Spec
    """The resolved spec."""
    data: DatasetPlan
    epoch: int
    """Number of epochs in the database."""
    seconds: float
    """Training time of these epochs."""
    extensions: int = 0
    """How often the experiment was extended."""
    checkpoints: tuple[CheckpointRef, ...] = ()
    """Checkpoints to continue from, newest first: the first intact one is used; without any, training starts from the
    beginning."""
    place: int = 0
    """The experiment's slot in the job's array."""


class Train(Message):
    """Train these experiments, then send `Idle`."""

    kind: Literal["train"] = "train"
    trainees: tuple[Trainee, ...]
    places: int = 1
    """Slots of the job's array: more than trainees if some have ended or are paused."""
    dataset_dirs: tuple[str, ...]
    artifacts_url: str
    """The artifact store, which holds the checkpoints and the stored tables."""
    table: TableRef | None = None
    """The stored table of the trainees' uploaded data set; None for a built-in one, or if it was deleted."""
    device: str = ""
    """The name of the device that the job's claim has recorded: a CPU with its threads and libraries. Empty for one
    thread and the trainer's own choice of libraries."""
    token: int
    """The lease's fencing token, which is part of the checkpoints' keys."""
    pulse_seconds: float = 1.0
    """Minimum time between pulses."""
    checkpoint_seconds: float
    """Time between checkpoints within an epoch; at the end of an epoch, half of it is enough."""


class Stop(Message):
    """Stop training these experiments, also within an epoch. The trainer sends no `Ended` for them."""

    kind: Literal["stop"] = "stop"
    ids: tuple[str, ...]
    keep: bool = False
    """Write a checkpoint first, and send `Stopped`."""


class Ready(Message):
    """The trainer is ready for jobs."""

    kind: Literal["ready"] = "ready"
    device: str
    """The device's name, as in an experiment's `device`. On a CPU, a job may ask for other threads."""


class TrainingStarted(Message):
    """Data and checkpoints are loaded; training starts."""

    kind: Literal["begun"] = "begun"
    priors: dict[str, Prior] = Field(default={})
    """By experiment: the score of a network that ignores its inputs."""


class Pulse(Message):
    """The training loop makes progress, or waits for the store or a data set."""

    kind: Literal["pulse"] = "pulse"
    longest: float = 0.0
    """Seconds of the longest piece of work without a sign of progress, measured or expected."""


class LogLine(Message):
    """A line for an experiment's log."""

    kind: Literal["said"] = "said"
    id: str
    message: str
    level: str = "info"


class StepReached(Message):
    """Progress of a long step, such as a download, that these experiments wait for."""

    kind: Literal["step_reached"] = "step_reached"
    ids: tuple[str, ...]
    step: StepProgress


class Found(Message):
    """Findings about the data of these experiments."""

    kind: Literal["found"] = "found"
    ids: tuple[str, ...]
    findings: tuple[Finding, ...]


class MemberRow(Message):
    """An experiment's results of one epoch."""

    id: str
    row: MetricsRow
    best: bool
    """Whether this is the best epoch so far."""
    saved: CheckpointRef | None = None
    """The checkpoint at the end of the epoch, if there is one."""
    measured: MeasuredLayers | None = None
    """The statistics of the layers, if they were measured."""


class EpochDone(Message):
    """One epoch of every experiment that still trains, to be recorded in one transaction."""

    kind: Literal["epoch_done"] = "epoch_done"
    members: tuple[MemberRow, ...]
    peak_bytes: int | None = None
    """The most memory that the job has taken, if the system tells."""


class CheckpointWritten(Message):
    """A checkpoint was written that does not belong to an `EpochDone`."""

    kind: Literal["checkpointed"] = "checkpointed"
    id: str
    saved: CheckpointRef


class Stopped(Message):
    """An experiment has stopped, as requested."""

    kind: Literal["stopped"] = "stopped"
    id: str
    saved: CheckpointRef | None
    """The checkpoint where it stopped; None if none was written."""


class Ended(Message):
    """An experiment has ended by itself."""

    kind: Literal["ended"] = "ended"
    id: str
    status: Status
    why: str = ""
    """The reason, for the log; may be empty."""
    failure: Failure | None = None
    epoch: int = 0
    """Number of epochs that were reported before."""
    cause: DivergenceCause | None = None
    """The cause of a divergence."""
    recalls: tuple[Number, ...] = ()
    """If the classes are uneven, the share of each class's validation examples that is recognized; NaN for a class
    without examples."""


class Idle(Message):
    """The job is over and its memory freed."""

    kind: Literal["idle"] = "idle"
    worn: bool = False
    """Whether the process should be replaced before the next job: it ran out of memory, or leaks memory."""


Command = Train | Stop
Report = (
    Ready
    | TrainingStarted
    | Pulse
    | LogLine
    | StepReached
    | Found
    | EpochDone
    | CheckpointWritten
    | Stopped
    | Ended
    | Idle
)

COMMANDS: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="kind")])
REPORTS: TypeAdapter[Report] = TypeAdapter(Annotated[Report, Field(discriminator="kind")])


def line(message: Command | Report) -> bytes:
    """Serialize a message as one line."""
    return message.model_dump_json().encode() + b"\n"
