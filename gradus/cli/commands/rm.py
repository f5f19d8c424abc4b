"""`gradus rm`."""

import sys
from typing import Annotated

import typer

from gradus.cli import ids, output
from gradus.cli.options import Ids, Json, Url
from gradus.client import Client, calls, find_access


def command(
    given: Ids,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Delete experiments that are over, with all that belongs to them.

    Metrics, events and checkpoints go too. A running one has to be cancelled first.
    """
    with Client(find_access(url)) as client:
        found = ids.resolve_all(client, given)
        if not yes and sys.stdin.isatty() and not _meant(client, found):
            output.talk("nothing is deleted")
            found = []
        for one in found:
            client.send(calls.delete(one))
            output.talk(f"{one} is deleted")
    if as_json:
        output.print_json({"deleted": found})


def _meant(client: Client, found: list[str]) -> bool:
    """Says which they are, and asks whether that is meant."""
    for run in client.experiments.get_many(found):
        output.talk(f"{run.id} {run.name} {run.status}, {run.progress.epoch} epochs")
    return typer.confirm("Delete?" if len(found) == 1 else f"Delete all {len(found)}?", err=True)
