"""Checks of the service: whether it answers, accepts our key, has our version, has workers, and agrees on the time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from gradus import __version__
from gradus.cli.doctor.check import Check, ok, problem, warning
from gradus.client import Client, Credentials
from gradus.errors import Forbidden, GradusError, Unauthorized
from gradus.wire.system import Health, SystemRecord

MAX_SKEW = 3.0
"""Seconds that two clocks may differ: the Date header has whole seconds, and the answer takes time."""
TIMEOUT = 5.0
"""Seconds to wait for an answer."""


def service(credentials: Credentials, *, required: bool) -> Iterator[Check]:
    """All checks that a client can make. Unless `required`, a service that does not answer is not a problem."""
    try:
        with httpx.Client(base_url=credentials.url, timeout=TIMEOUT, trust_env=not credentials.local) as http:
            answer = http.get("/readyz")
    except httpx.HTTPError as error:
        found = problem if required else warning
        yield found("service", f"no answer from {credentials.address} ({_reason(error)})", "gradus up starts it")
        return
    yield from _health(credentials, answer)
    yield clock(answer)
    yield from _authorized(credentials)


def _health(credentials: Credentials, answer: httpx.Response) -> Iterator[Check]:
    try:
        health = Health.model_validate_json(answer.content)
    except ValueError:
        yield problem(
            "service", f"the server at {credentials.address} is not a Gradus service", "name the right one with --url"
        )
        return
    yield ok("service", f"answers at {credentials.address}")
    for one in health.dependencies:
        if not one.ok:
            yield problem(f"its {one.name}", one.detail, "see its log files, in the folder logs of its data folder")


def clock(answer: httpx.Response) -> Check:
    """Compares the clocks, by the Date header, which the service sets when it answers."""
    if "date" not in answer.headers:
        return warning("clock", "the service does not send its time", "a proxy may have removed the Date header")
    theirs = parsedate_to_datetime(answer.headers["date"])
    skew = (theirs - datetime.now(UTC)).total_seconds() + 0.5  # the header cuts off half a second on average
    if abs(skew) > MAX_SKEW:
        direction = "ahead of" if skew > 0 else "behind"
        return warning("clock", f"the service is {abs(skew):.0f} s {direction} this machine", "synchronize both by NTP")
    return ok("clock", "the service and this machine agree")


def _authorized(credentials: Credentials) -> Iterator[Check]:
    """The checks that need a key."""
    try:
        with Client(credentials.url, key=credentials.key) as client:
            record = client.system()
    except (Unauthorized, Forbidden) as error:
        yield problem(
            "key",
            error.detail,
            "set GRADUS_KEY to a key of this service, or GRADUS_DATA_DIR to the data folder of its `gradus up`",
        )
    except GradusError as error:
        yield problem("service", error.detail, "see the log files of the service")
    else:
        yield from _system(record)


def _system(record: SystemRecord) -> Iterator[Check]:
    if record.version != __version__:
        yield warning("version", f"service {record.version}, client {__version__}", "install the same version of both")
    if record.workers:
        devices = ", ".join(record.devices)
        message = f"{len(record.workers)} on {devices}; {record.queue_depth} queued, {record.running} running"
        yield ok("workers", message)
    else:
        yield problem("workers", f"none, and {record.queue_depth} queued experiments", "start one: python -m worker")


def _reason(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__
