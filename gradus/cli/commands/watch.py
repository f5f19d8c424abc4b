"""`gradus watch`."""

from typing import Annotated

import typer

from gradus.cli import completion, ids, output, watch
from gradus.cli.exits import Exit
from gradus.cli.options import Json, Url
from gradus.cli.runs import Run
from gradus.client import Client, find_access
from gradus.status import Status

NOBODY = "nothing runs or waits; to see an old one: gradus watch last"


def command(
    given: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ID",
            help="Ids, the last characters of them, or `last`; else everything that runs or waits.",
            autocompletion=completion.experiments,
        ),
    ] = None,
    as_json: Json = False,
    url: Url = None,
) -> Exit:
    """Show runs live until they are over; Ctrl-C leaves them running."""
    with Client(find_access(url)) as client:
        chosen = ids.resolve_all(client, given) if given else _unfinished(client)
        if not chosen:
            output.talk(NOBODY)
            return Exit.OK
        return watch.watch(client, list(map(Run, chosen)), as_json=as_json)


def _unfinished(client: Client) -> list[str]:
    """What trains or waits, oldest first."""
    waiting = (Status.RUNNING, Status.QUEUED)
    return sorted(run.id for status in waiting for run in client.experiments.list(status=status))
