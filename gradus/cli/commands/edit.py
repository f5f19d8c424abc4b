"""`gradus edit`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from gradus.cli import ids, output
from gradus.cli.options import Ids, Json, Quiet, Url, at_most_one
from gradus.client import Client, Experiment
from gradus.errors import BadRequest, PreconditionFailed
from gradus.wire.experiment import ExperimentRecord

ATTEMPTS = 10
"""Maximum attempts to read and change the tags: each epoch of a running experiment creates a new version."""


def edit(  # noqa: PLR0913, PLR0917 (each is an option)
    given: Ids,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="Set the name.")] = None,
    notes: Annotated[str | None, typer.Option(metavar="TEXT", help="Set the notes.")] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="Add a tag. Repeatable.")] = None,
    untag: Annotated[list[str] | None, typer.Option(metavar="TAG", help="Remove a tag. Repeatable.")] = None,
    priority: Annotated[
        int | None, typer.Option(metavar="N", min=-10, max=10, help="Set the priority in the queue, -10 to 10.")
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Change the name, tags, notes or priority of experiments.

    gradus edit last --name baseline --tag keep --untag draft
    """
    at_most_one(quiet=quiet, json=as_json)
    if name is None and notes is None and priority is None and not tags and not untag:
        raise BadRequest("say what to change: --name, --notes, --priority, --tag or --untag")
    with Client(url) as client:
        found = [client.experiments.get(one) for one in ids.resolve_all(client, given)]
        records = [change(one, Changes(name, notes, priority), tags or (), untag or ()) for one in found]
    if as_json:
        output.print_all(records)
        return
    for record in records:
        output.say(record.id if quiet else f"{record.id} {record.name}".rstrip())


@dataclass(frozen=True)
class Changes:
    """The new values; None leaves a field unchanged."""

    name: str | None = None
    notes: str | None = None
    priority: int | None = None


def change(
    experiment: Experiment,
    changes: Changes,
    added: Sequence[str],
    removed: Sequence[str],
    attempts: int = ATTEMPTS,
) -> ExperimentRecord:
    """Make the changes, and add and remove tags without losing concurrent changes by others."""
    tags = edited_tags(experiment.record.tags, added, removed)
    try:
        return experiment.update(**vars(changes), tags=tags, if_unchanged=tags is not None).record
    except PreconditionFailed:
        if attempts == 1:
            raise
    return change(experiment.refresh(), changes, added, removed, attempts - 1)


def edited_tags(tags: Sequence[str], added: Sequence[str], removed: Sequence[str]) -> list[str] | None:
    """The tags after adding and removing; None if no tag is added or removed."""
    kept = [tag for tag in tags if tag not in removed]
    return [*kept, *(tag for tag in dict.fromkeys(added) if tag not in kept)] if added or removed else None
