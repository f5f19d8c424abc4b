"""Events in the server's streams."""

from typing import Any

from pydantic import Field

from gradus.wire.experiment import ExperimentRecord, LogLine
from gradus.wire.finding import Finding
from gradus.wire.layer_report import LayerReport
from gradus.wire.message import Message, Moment
from gradus.wire.metrics import MetricsRow


class Envelope(Message):
    """One event: the data of a server-sent event, or a line of NDJSON."""

    seq: int
    """The event's number in the log of its experiment: 1, 2, 3 …"""
    kind: str
    """One of `EventKind`, or an unknown kind of a newer server."""
    at: Moment
    """Time of the event."""
    experiment_id: str
    data: dict[str, Any]


class StepProgress(Message):
    """The data of a `progress` event: the progress of a long step that training waits for."""

    what: str = Field(examples=["downloading train-images-idx3-ubyte.gz"])
    done: int
    total: int | None
    """Null while it is unknown; equal to `done` when the step has ended."""
    unit: str = Field(examples=["bytes"])

    @property
    def over(self) -> bool:
        """Whether the step has ended."""
        return self.done == self.total


def event_data(kind: str, document: Any) -> Message:
    """The typed data of an event, from its JSON document."""
    match kind:
        case "epoch":
            return MetricsRow.model_validate(document)
        case "layers":
            return LayerReport.model_validate(document)
        case "log":
            return LogLine.model_validate(document)
        case "progress":
            return StepProgress.model_validate(document)
        case "finding":
            return Finding.model_validate(document)
        case _:
            return ExperimentRecord.model_validate(document)
