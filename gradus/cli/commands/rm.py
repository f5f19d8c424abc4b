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
        found = client.experiments.get_many(ids.resolve_all(client, given))
        if not yes and not confirmed(
            [f"{one.id} {one.name} {one.status}, {one.progress.epoch} epochs" for one in found]
        ):
            found = []
        for one in found:
            one.delete()
            print_deleted(one.id, quiet=quiet)
    if as_json:
        output.print_json({"deleted": [one.id for one in found]})


def confirmed(descriptions: Sequence[str]) -> bool:
    """Whether all of these are to be deleted; only a person at a terminal is asked."""
    if not sys.stdin.isatty():
        return True
    for line in descriptions:
        output.note(line)
    answer = typer.confirm("Delete?" if len(descriptions) == 1 else f"Delete all {len(descriptions)}?", err=True)
    if not answer:
        output.note("nothing deleted")
    return answer


def print_deleted(deleted: str, *, quiet: bool) -> None:
    """Print the id of a deleted item if `quiet`, or else a note that it was deleted."""
    if quiet:
        output.say(deleted)
    else:
        output.note(f"{deleted} deleted")
