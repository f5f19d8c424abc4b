"""The format of messages in the queue; anything else is ignored."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.messaging.message import SENT, TASK, JobMessage, message, read

JOB = "job_01kap3v8n0c2q5w8z1t4y7b0df"
HINT = message(JobMessage(JOB, datetime(2026, 11, 29, tzinfo=UTC)), "gradus.auto")


def body(*content: object) -> str:
    return base64.b64encode(json.dumps(content).encode()).decode()


def element(**changes: object) -> bytes:
    """A valid message with some changes."""
    return json.dumps({**HINT, **changes}).encode()


def headers(**changes: object) -> dict[str, Any]:
    return {**HINT["headers"], **changes}


def test_a_hint_is_read_as_it_was_written() -> None:
    assert read(element()) == JobMessage(JOB, datetime(2026, 11, 29, tzinfo=UTC))


@pytest.mark.parametrize(
    "foreign",
    [
        b"", b"garbage", b"5", b"null", b"[]", b"{}", b'"x"', b"\xff\xfe", b"NaN", b"[" * 100_000, b"9" * 10_000,
        b'{"__type__": "datetime", "__value__": 5}',
        element(body="***"), element(body=None), element(body=5), element(body=""), element(body="é"),
        element(body=base64.b64encode(b"garbage").decode()), element(body=body()), element(body=body([])),
        element(body=body([JOB, JOB])), element(body=body([5])), element(body=body([None])),
        element(body=body([[JOB]])),
        element(body=body([JOB + "\n"])), element(body=body(["job_\0"])), element(body=body(["exp_1"])),
        element(body=body(JOB)), element(body=body({"job_id": JOB})), element(headers=None), element(headers=[]),
        element(headers={}), element(headers=headers(task="celery.ping")), element(headers=headers(task=None)),
        element(headers=headers(task=[TASK])), element(padding="x" * 100_000),
    ],
)  # fmt: skip
def test_what_is_no_hint_is_none(foreign: bytes) -> None:
    assert read(foreign) is None


@pytest.mark.parametrize("sent", ["yesterday", None, [], {}, True, -1, 1e300, float("nan"), float("inf"), 10**400])
def test_a_hint_with_a_moment_that_is_none_is_a_hint_all_the_same(sent: object) -> None:
    assert read(element(headers=headers(**{SENT: sent}))) == JobMessage(JOB)


def test_nothing_of_a_message_but_the_job_comes_to_celery() -> None:
    strange = element(
        body=body([JOB], {"x": 1}, {"chain": "x", "callbacks": 5, "errbacks": [{}], "chord": "y"}),
        headers=headers(eta="soon", expires="x", timelimit="z", retries="many", group=5, id=None, root_id={}),
        properties={"delivery_tag": None, "delivery_info": 5},
    )
    found = read(strange)
    assert found is not None
    made = message(found, "gradus.cpu")
    assert json.loads(base64.b64decode(made["body"])) == [
        [JOB],
        {},
        dict.fromkeys(["callbacks", "errbacks", "chain", "chord"]),
    ]
    assert made["headers"].keys() == {"lang", "task", "id", "root_id", "retries", SENT}
    assert made["properties"]["delivery_info"] == {"exchange": "", "routing_key": "gradus.cpu"}
