"""Ask the same of several experiments, and tell what became of it."""

import time
from collections.abc import Callable, Sequence

from gradus.cli import ids, output, words
from gradus.client import Call, Client, calls, find_access
from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord

PATIENCE = 5.0
"""Seconds to wait for what a worker does within one."""


def ask(
    given: Sequence[str],
    call: Callable[[str], Call[ExperimentRecord]],
    *,
    becomes: Status | None = None,
    as_json: bool,
    url: str | None,
) -> None:
    """Send the call for each, wait a moment for the status that it leads to, and show what is so then.

    Raises:
        GradusError: an id is none, or the service refused; those before it have been asked.
    """
    with Client(find_access(url)) as client:
        asked = [client.send(call(one)) for one in ids.resolve_all(client, given)]
        records = [one if becomes is None else _settled(client, one, becomes) for one in asked]
    if as_json:
        output.print_all(records)
    else:
        for record in records:
            output.say(f"{record.id} {words.situation(record)}")


def _settled(client: Client, record: ExperimentRecord, becomes: Status) -> ExperimentRecord:
    """The experiment in that status, or as it is when patience ends: its worker may just be gone."""
    deadline = time.monotonic() + PATIENCE
    while record.status is not becomes and not record.status.final and time.monotonic() < deadline:
        time.sleep(0.1)
        record = client.send(calls.experiment(record.id))
    return record
