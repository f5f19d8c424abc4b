"""`gradus edit`."""

from collections.abc import Sequence
from typing import Annotated

import typer

from gradus.cli import ids, output
from gradus.cli.options import Ids, Json, Quiet, Url, at_most_one
from gradus.client import Client, Experiment
from gradus.errors import BadRequest, PreconditionFailed
from gradus.wire.experiment import ExperimentRecord

ATTEMPTS = 10
"""How often tags are read and changed: each epoch of a running experiment makes a new version."""


def edit(
    given: Ids,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="Set the name.")] = None,
    notes: Annotated[str | None, typer.Option(metavar="TEXT", help="Set the notes.")] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="Add a tag. Repeatable.")] = None,
    untag: Annotated[list[str] | None, typer.Option(metavar="TAG", help="Remove a tag. Repeatable.")] = None,
    quiet: Quiet = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Change the name, tags or notes of experiments.

    gradus edit last --name baseline --tag keep --untag draft
    """
    at_most_one(quiet=quiet, json=as_json)
    if name is None and notes is None and not tags and not untag:
        raise BadRequest("say what to change: --name, --notes, --tag or --untag")
    with Client(url) as client:
        found = [client.experiments.get(one) for one in ids.resolve_all(client, given)]
        records = [change(one, name, notes, tags or (), untag or ()) for one in found]
    if as_json:
        output.print_all(records)
        return
    for record in records:
        output.say(record.id if quiet else f"{record.id} {record.name}".rstrip())


def change(
    experiment: Experiment,
    name: str | None,
    notes: str | None,
    added: Sequence[str],
    removed: Sequence[str],
    attempts: int = ATTEMPTS,
) -> ExperimentRecord:
    """Set name and notes, and add and remove tags without losing those that others change at the same time."""
    tags = edited_tags(experiment.record.tags, added, removed)
    try:
        return experiment.update(name=name, notes=notes, tags=tags, if_unchanged=tags is not None).record
    except PreconditionFailed:
        if attempts == 1:
            raise
    return change(experiment.refresh(), name, notes, added, removed, attempts - 1)


def edited_tags(tags: Sequence[str], added: Sequence[str], removed: Sequence[str]) -> list[str] | None:
    """The tags after both; None if nothing is asked for."""
    kept = [tag for tag in tags if tag not in removed]
    return [*kept, *(tag for tag in dict.fromkeys(added) if tag not in kept)] if added or removed else None
