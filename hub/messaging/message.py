"""A hint as it stands in the queue, and the one place that reads it. Whatever else stands there is no hint."""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

TASK = "gradus.run"
SENT = "gradus_sent"
"""Header of a hint: when it was sent, seconds since 1970."""
_JOB = re.compile(r"job_[0-9a-z]{26}")
_LONGEST = 64 * 1024
"""Characters of a message: a hint has a thousand."""
_LAST_YEAR = 4e9
"""Seconds since 1970: later moments are no moments of a hint."""


@dataclass(frozen=True)
class JobMessage:
    """That a job waits."""

    job_id: str
    sent: datetime | None = None
    """None if the message does not say."""


def read(element: bytes) -> JobMessage | None:
    """The hint that an element of a queue is; None if it is something else, whatever that may be."""
    if len(element) > _LONGEST:
        return None
    try:
        message = json.loads(element)
        arguments = json.loads(base64.b64decode(message["body"], validate=True))[0]
        task, sent = message["headers"]["task"], message["headers"].get(SENT)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, binascii.Error):
        return None
    if task != TASK or not isinstance(arguments, list) or len(arguments) != 1:
        return None
    job_id = arguments[0]
    return JobMessage(job_id, _moment(sent)) if isinstance(job_id, str) and _JOB.fullmatch(job_id) else None


def message(job_message: JobMessage, queue: str) -> dict[str, Any]:
    """The hint as Celery takes it from a queue: made anew, so that nothing else of what stood there comes along."""
    number = str(uuid4())
    body = [[job_message.job_id], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]
    told = {} if job_message.sent is None else {SENT: job_message.sent.timestamp()}
    return {
        "body": base64.b64encode(json.dumps(body).encode()).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {"lang": "py", "task": TASK, "id": number, "root_id": number, "retries": 0, **told},
        "properties": {
            "body_encoding": "base64",
            "correlation_id": number,
            "delivery_info": {"exchange": "", "routing_key": queue},
            "delivery_tag": str(uuid4()),
            "priority": 0,
        },
    }


def _moment(sent: object) -> datetime | None:
    if isinstance(sent, bool) or not isinstance(sent, int | float) or not 0 <= sent <= _LAST_YEAR:
        return None
    return datetime.fromtimestamp(sent, UTC)
