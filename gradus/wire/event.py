"""Events as the server's streams tell them."""

from typing import Any

from gradus.wire.experiment import ExperimentRecord, LogLine
from gradus.wire.message import Message, Moment
from gradus.wire.metrics import MetricsRow


class Envelope(Message):
    """One event: the data of a server-sent event, or a line of NDJSON."""

    seq: int
    """Its number in the log of its experiment: 1, 2, 3 …"""
    kind: str
    """One of `EventKind`, or one that only a newer server knows."""
    at: Moment
    """When it happened."""
    experiment_id: str
    data: dict[str, Any]


def event_data(kind: str, document: Any) -> Message:
    """The typed data of an event, from its JSON document."""
    match kind:
        case "epoch":
            return MetricsRow.model_validate(document)
        case "log":
            return LogLine.model_validate(document)
        case _:
            return ExperimentRecord.model_validate(document)
