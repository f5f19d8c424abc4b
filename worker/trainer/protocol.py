"""What a worker and its trainer say to each other: one JSON document a line."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from gradus.spec.experiment import Experiment
from gradus.status import Status
from gradus.wire.experiment import Failure
from gradus.wire.message import Message
from gradus.wire.metrics import MetricsRow


class Trainee(Message):
    """One experiment of a job."""

    id: str
    spec: Experiment
    epoch: int
    """Epochs that are recorded already: their seconds are spent."""
    seconds: float
    """That they took."""


class Train(Message):
    """Train these experiments, and say `Idle` at the end."""

    kind: Literal["train"] = "train"
    trainees: tuple[Trainee, ...]
    dataset_dirs: tuple[str, ...]


class Stop(Message):
    """Train these experiments no longer, also in the middle of an epoch. They get no `Ended`."""

    kind: Literal["stop"] = "stop"
    ids: tuple[str, ...]


class Shutdown(Message):
    """Exit."""

    kind: Literal["shutdown"] = "shutdown"


class Ready(Message):
    """The trainer is warm."""

    kind: Literal["ready"] = "ready"
    device: str
    """As in an experiment's `device`."""


class Said(Message):
    """A line for an experiment's log."""

    kind: Literal["said"] = "said"
    id: str
    message: str


class MemberRow(Message):
    """What an epoch gave one experiment."""

    id: str
    row: MetricsRow
    best: bool
    """Whether it is the best so far."""


class EpochDone(Message):
    """One epoch of every experiment that still trains: recorded in one transaction."""

    kind: Literal["epoch_done"] = "epoch_done"
    members: tuple[MemberRow, ...]


class Ended(Message):
    """An experiment came to its end by itself."""

    kind: Literal["ended"] = "ended"
    id: str
    status: Status
    why: str = ""
    """For the log; empty if there is nothing to say."""
    failure: Failure | None = None


class Idle(Message):
    """The job is over, its memory free."""

    kind: Literal["idle"] = "idle"


Command = Train | Stop | Shutdown
Report = Ready | Said | EpochDone | Ended | Idle

COMMANDS: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="kind")])
REPORTS: TypeAdapter[Report] = TypeAdapter(Annotated[Report, Field(discriminator="kind")])


def line(message: Command | Report) -> bytes:
    """The message as one line."""
    return message.model_dump_json().encode() + b"\n"
