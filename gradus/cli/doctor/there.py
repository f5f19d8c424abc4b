"""The service: whether it answers, is of this version, takes our key, has workers, and has the right time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from gradus import __version__
from gradus.cli.doctor.check import Check, ok, problem, warning
from gradus.client import Access, Client, calls
from gradus.errors import Forbidden, GradusError, Unauthorized
from gradus.wire.system import Health, SystemRecord

SKEW = 3.0
"""Seconds that two clocks may differ; the header has whole seconds, and the answer took its time."""
SECONDS = 5.0


def service(access: Access, *, meant: bool) -> Iterator[Check]:
    """Each thing that a client can see; `meant` if somebody named this service, so that its silence is a problem."""
    try:
        with httpx.Client(base_url=access.url, timeout=SECONDS, trust_env=not access.local) as http:
            answer = http.get("/readyz")
    except httpx.HTTPError as error:
        found = problem if meant else warning
        yield found("service", f"nothing answers at {access.url} ({_why(error)})", "gradus up starts it")
        return
    yield from _health(access, answer)
    yield clock(answer)
    yield from _inside(access)


def _health(access: Access, answer: httpx.Response) -> Iterator[Check]:
    try:
        health = Health.model_validate_json(answer.content)
    except ValueError:
        yield problem("service", f"what answers at {access.url} is no Gradus", "name the right address with --url")
        return
    yield ok("service", f"answers at {access.url}")
    for one in health.dependencies:
        if not one.ok:
            yield problem(f"its {one.name}", one.detail, "see the service's logs, in the folder logs of its data")


def clock(answer: httpx.Response) -> Check:
    """By the Date header, which the service writes when it answers."""
    if "date" not in answer.headers:
        return warning("clock", "the service does not say its time", "a proxy between may have dropped the header Date")
    theirs = parsedate_to_datetime(answer.headers["date"])
    skew = (theirs - datetime.now(UTC)).total_seconds() + 0.5  # a cut-off second is half of one on average
    if abs(skew) > SKEW:
        way = "ahead of" if skew > 0 else "behind"
        return warning("clock", f"the service's is {abs(skew):.0f} s {way} ours", "set both by NTP")
    return ok("clock", "the service's and ours agree")


def _inside(access: Access) -> Iterator[Check]:
    try:
        with Client(access) as client:
            record = client.send(calls.system())
    except (Unauthorized, Forbidden) as error:
        yield problem(
            "key",
            error.detail,
            "set GRADUS_KEY to a key of this service, or GRADUS_DATA_DIR to the folder of `gradus up`",
        )
    except GradusError as error:
        yield problem("service", error.detail, "see the service's logs")
    else:
        yield from _told(record)


def _told(record: SystemRecord) -> Iterator[Check]:
    if record.version != __version__:
        yield warning(
            "version", f"the service has {record.version}, this client {__version__}", "bring both to the same"
        )
    if record.workers:
        devices = ", ".join(record.devices)
        yield ok("workers", f"{len(record.workers)} on {devices}; {record.queue_depth} wait, {record.running} train")
    else:
        yield problem("workers", f"none, and {record.queue_depth} experiments wait", "start one: python -m worker")


def _why(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__
