"""`gradus pause`, `resume`, `cancel` and `extend`: ask the service, and show what has become of each experiment."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated

import typer

from gradus.cli import ids, labels, output
from gradus.cli.options import Ids, Json, Quiet, Url, at_most_one
from gradus.client import Call, Client, calls, find_access
from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord

TIMEOUT = 5.0
"""Seconds to wait for a worker, which needs less than one."""


def pause(given: Ids, quiet: Quiet = False, as_json: Json = False, url: Url = None) -> None:
    """Pause experiments at a checkpoint.

    A running experiment stops within a second, even in the middle of an epoch. Pausing it twice is harmless.
    """
    _ask(given, calls.pause, becomes=Status.PAUSED, quiet=quiet, as_json=as_json, url=url)


def resume(given: Ids, quiet: Quiet = False, as_json: Json = False, url: Url = None) -> None:
    """Resume paused experiments.

    The results are the same as without the pause.
    """
    _ask(given, calls.resume, quiet=quiet, as_json=as_json, url=url)


def cancel(given: Ids, quiet: Quiet = False, as_json: Json = False, url: Url = None) -> None:
    """Cancel experiments.

    A running experiment ends within a second; its metrics and checkpoints are kept. Cancelling it twice is harmless.
    """
    _ask(given, calls.cancel, becomes=Status.CANCELLED, quiet=quiet, as_json=as_json, url=url)


def extend(
    given: Ids,
    epochs: Annotated[int, typer.Option("--epochs", "-e", metavar="N", min=1, help="Additional epochs.")],
    quiet: Quiet = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Train experiments for additional epochs.

    The new epochs are added to the epochs done if the experiment has ended, else to the epochs planned.
    """
    _ask(given, partial(calls.extend, epochs=epochs), quiet=quiet, as_json=as_json, url=url)


def _ask(
    given: Sequence[str],
    call: Callable[[str], Call[ExperimentRecord]],
    *,
    becomes: Status | None = None,
    quiet: bool,
    as_json: bool,
    url: str | None,
) -> None:
    """Send the call for each experiment, wait a moment for the status it leads to, and show what they are now.

    Raises:
        GradusError: an id is wrong, or the service refused; the calls for the experiments before it have been sent.
    """
    at_most_one(quiet=quiet, json=as_json)
    with Client(find_access(url)) as client:
        asked = [client.send(call(one)) for one in ids.resolve_all(client, given)]
        records = [one if becomes is None else _settled(client, one, becomes) for one in asked]
    if as_json:
        output.print_all(records)
    else:
        for record in records:
            output.say(record.id if quiet else f"{record.id} {labels.progress(record)}")


def _settled(client: Client, record: ExperimentRecord, becomes: Status) -> ExperimentRecord:
    """The experiment once it has that status, or as it is after the timeout: its worker may just have died."""
    deadline = time.monotonic() + TIMEOUT
    while record.status is not becomes and not record.over and time.monotonic() < deadline:
        time.sleep(0.1)
        record = client.send(calls.experiment(record.id))
    return record
