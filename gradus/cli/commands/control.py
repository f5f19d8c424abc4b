"""`gradus pause`, `resume`, `cancel` and `extend`: send requests to the service, and show each experiment's new
status."""

import time
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from gradus.cli import ids, labels, output
from gradus.cli.options import Ids, Json, Quiet, Url, at_most_one
from gradus.client import Client, Experiment
from gradus.status import Status

TIMEOUT = 5.0
"""Seconds to wait for a worker, which needs less than one."""


def pause(given: Ids, quiet: Quiet = False, as_json: Json = False, url: Url = None) -> None:
    """Pause experiments at a checkpoint.

    A running experiment stops within a second, even in the middle of an epoch. Pausing it twice is harmless.
    """
    _ask(given, lambda one: one.pause(), becomes=Status.PAUSED, quiet=quiet, as_json=as_json, url=url)


def resume(given: Ids, quiet: Quiet = False, as_json: Json = False, url: Url = None) -> None:
    """Resume paused experiments.

    The results are the same as without the pause.
    """
    _ask(given, lambda one: one.resume(), quiet=quiet, as_json=as_json, url=url)


def cancel(given: Ids, quiet: Quiet = False, as_json: Json = False, url: Url = None) -> None:
    """Cancel experiments.

    A running experiment ends within a second; its metrics and checkpoints are kept. Cancelling it twice is harmless.
    """
    _ask(given, lambda one: one.cancel(), becomes=Status.CANCELLED, quiet=quiet, as_json=as_json, url=url)


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
    _ask(given, lambda one: one.extend(epochs), quiet=quiet, as_json=as_json, url=url)


def _ask(
    given: Sequence[str],
    ask: Callable[[Experiment], Experiment],
    *,
    becomes: Status | None = None,
    quiet: bool,
    as_json: bool,
    url: str | None,
) -> None:
    """Send the request for each experiment, wait a moment for the status that it leads to, and show the results.

    Raises:
        GradusError: an id is wrong, and no request was sent; or the service refused a request after earlier ones
            succeeded.
    """
    at_most_one(quiet=quiet, json=as_json)
    with Client(url) as client:
        found = client.experiments.get_many(ids.resolve_all(client, given))
        asked = [ask(one) for one in found]
        records = [(one if becomes is None else _settled(one, becomes)).record for one in asked]
    if as_json:
        output.print_all(records)
    else:
        for record in records:
            output.say(record.id if quiet else f"{record.id} {labels.progress(record)}")


def _settled(experiment: Experiment, becomes: Status) -> Experiment:
    """The experiment as soon as it has that status, or its state after the timeout: its worker may just have died."""
    deadline = time.monotonic() + TIMEOUT
    while experiment.status is not becomes and not experiment.over and time.monotonic() < deadline:
        time.sleep(0.1)
        experiment.refresh()
    return experiment
