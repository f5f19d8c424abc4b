"""`gradus rm`."""

import sys
from typing import Annotated

import typer

from gradus.cli import ids, output
from gradus.cli.options import Ids, Json, Quiet, Url, at_most_one
from gradus.client import Client, calls, find_access


def rm(
    given: Ids,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Delete finished experiments and all their data.

    This deletes their metrics, logs and checkpoints. A running experiment must be cancelled first.
    """
    at_most_one(quiet=quiet, json=as_json)
    with Client(find_access(url)) as client:
        found = ids.resolve_all(client, given)
        if not yes and sys.stdin.isatty() and not _confirmed(client, found):
            output.note("nothing deleted")
            found = []
        for one in found:
            client.send(calls.delete(one))
            if quiet:
                output.say(one)
            else:
                output.note(f"{one} deleted")
    if as_json:
        output.print_json({"deleted": found})


def _confirmed(client: Client, found: list[str]) -> bool:
    for run in client.experiments.get_many(found):
        output.note(f"{run.id} {run.name} {run.status}, {run.progress.epoch} epochs")
    return typer.confirm("Delete?" if len(found) == 1 else f"Delete all {len(found)}?", err=True)
