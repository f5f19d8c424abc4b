"""Job messages in the Celery queue: encoding and decoding. Foreign elements in the queue decode to None."""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

TASK = "gradus.run"
READ_TASK = "gradus.read"
ANSWER_TASK = "gradus.answer"
SENT = "gradus_sent"
"""Header with the time at which the message was sent, in seconds since 1970."""
_JOB = re.compile(r"job_[0-9a-z]{26}")
_VERSION = re.compile(r"ver_[0-9a-z]{26}")
_QUESTION = re.compile(r"[a-z]{3}_[0-9a-z]{26}")
_MAX_LENGTH = 64 * 1024
"""Limit on the length of an element; a job message has about a thousand bytes."""
_MAX_TIME = 4e9
"""Seconds since 1970. A later time is invalid."""


@dataclass(frozen=True)
class JobMessage:
    """Tells a worker that a job is queued."""

    job_id: str
    sent: datetime | None = None
    """When the message was sent; None if unknown."""


def read(element: bytes) -> JobMessage | None:
    """Decode an element of a queue; None if it is not a job message."""
    job_id, sent = _decode(element, TASK, _JOB)
    return None if job_id is None else JobMessage(job_id, _time(sent))


def version_of(element: bytes) -> str | None:
    """Decode an element of the queue of readings: the version's id, or None for a foreign element."""
    return _decode(element, READ_TASK, _VERSION)[0]


def question_of(element: bytes) -> str | None:
    """Decode an element of the queue of questions: the question's id, or None for a foreign element."""
    return _decode(element, ANSWER_TASK, _QUESTION)[0]


def _decode(element: bytes, expected: str, id_: re.Pattern[str]) -> tuple[str | None, object]:
    """The id in a message, and when it was sent; both None if the message is not of the expected task."""
    if len(element) > _MAX_LENGTH:
        return None, None
    try:
        message = json.loads(element)
        arguments = json.loads(base64.b64decode(message["body"], validate=True))[0]
        task, sent = message["headers"]["task"], message["headers"].get(SENT)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, binascii.Error):
        return None, None
    if task != expected or not isinstance(arguments, list) or len(arguments) != 1:
        return None, None
    found = arguments[0]
    return (found, sent) if isinstance(found, str) and id_.fullmatch(found) else (None, None)


def message(job_message: JobMessage, queue: str) -> dict[str, Any]:
    """Encode a job message for Celery. It is built from scratch, so that nothing else from the queue reaches Celery."""
    number = str(uuid4())
    body = [[job_message.job_id], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]
    sent_header = {} if job_message.sent is None else {SENT: job_message.sent.timestamp()}
    return {
        "body": base64.b64encode(json.dumps(body).encode()).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {"lang": "py", "task": TASK, "id": number, "root_id": number, "retries": 0, **sent_header},
        "properties": {
            "body_encoding": "base64",
            "correlation_id": number,
            "delivery_info": {"exchange": "", "routing_key": queue},
            "delivery_tag": str(uuid4()),
            "priority": 0,
        },
    }


def _time(sent: object) -> datetime | None:
    if isinstance(sent, bool) or not isinstance(sent, int | float) or not 0 <= sent <= _MAX_TIME:
        return None
    return datetime.fromtimestamp(sent, UTC)
