"""`gradus rm`."""

import sys
from collections.abc import Sequence

import typer

from gradus.cli import ids, output
from gradus.cli.options import Ids, Json, Quiet, Url, Yes, at_most_one
from gradus.client import Client


def rm(
    given: Ids,
    yes: Yes = False,
    quiet: Quiet = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Delete experiments and all their data.

    Metrics, logs and checkpoints are deleted, too. A running experiment must be cancelled first.
    """
    at_most_one(quiet=quiet, json=as_json)
    with Client(url) as client:
        found = ids.resolve_all(client, given)
        if not yes and sys.stdin.isatty():
            runs = client.experiments.get_many(found)
            found = confirmed([f"{one.id} {one.name} {one.status}, {one.progress.epoch} epochs" for one in runs], found)
        for one in found:
            client.experiments.get(one).delete()
            print_deleted(one, quiet=quiet)
    if as_json:
        output.print_json({"deleted": found})


def confirmed(descriptions: Sequence[str], found: list[str]) -> list[str]:
    """The ids, if the person at the terminal wants to delete them all; else none."""
    for line in descriptions:
        output.note(line)
    if typer.confirm("Delete?" if len(found) == 1 else f"Delete all {len(found)}?", err=True):
        return found
    output.note("nothing deleted")
    return []


def print_deleted(deleted: str, *, quiet: bool) -> None:
    """Print the id as the answer, or tell what was done."""
    if quiet:
        output.say(deleted)
    else:
        output.note(f"{deleted} deleted")
