"""What a call says: an event of the log, as JSON of a bounded size."""

import json
from typing import Any, cast

from gradus.wire.webhook import WebhookCall, WebhookEvent
from hub.tables import EventRow

MAX_BYTES = 256 << 10
"""Limit on the size of a body: receivers often refuse larger ones."""
_KEPT = ("id", "name", "status", "progress", "error", "sweep_id", "severity", "layer", "because")
"""The fields that are kept of an experiment or a finding if the body would be larger."""


def message_id(row: EventRow) -> str:
    """The id of a call. It is the same whenever the call is repeated, so that receivers recognize repeats."""
    return f"{row.experiment_id}-{row.seq}"


def body(row: EventRow) -> bytes:
    """The body of the call."""
    data = json.loads(row.data)
    whole = _call(row, data)
    return whole if len(whole) <= MAX_BYTES else _call(row, _short(data), is_shortened=True)


def _call(row: EventRow, data: Any, *, is_shortened: bool = False) -> bytes:
    call = WebhookCall(
        type=cast("WebhookEvent", str(row.kind)),
        timestamp=row.at,
        experiment_id=row.experiment_id,
        seq=row.seq,
        data=data,
        is_shortened=is_shortened,
    )
    return call.model_dump_json().encode()


def _short(data: dict[str, Any]) -> dict[str, Any]:
    return {key: data[key] for key in _KEPT if key in data}
