"""`gradus edit`."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from gradus.cli import ids, output
from gradus.cli.options import Ids, Json, Quiet, Url, at_most_one
from gradus.client import Client
from gradus.errors import BadRequest
from gradus.wire.experiment import ExperimentRecord


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
    fields = {key: value for key, value in (("name", name), ("notes", notes)) if value is not None}
    if not fields and not tags and not untag:
        raise BadRequest("say what to change: --name, --notes, --tag or --untag")
    with Client(url) as client:
        found = ids.resolve_all(client, given)
        records = [_edit(client, one, fields, tags or (), untag or ()) for one in found]
    if as_json:
        output.print_all(records)
        return
    for record in records:
        output.say(record.id if quiet else f"{record.id} {record.name}".rstrip())


def _edit(
    client: Client, experiment_id: str, fields: dict[str, Any], added: Sequence[str], removed: Sequence[str]
) -> ExperimentRecord:
    experiment = client.experiments.get(experiment_id)
    if added or removed:
        kept = [tag for tag in experiment.record.tags if tag not in removed]
        fields = {**fields, "tags": [*kept, *(tag for tag in dict.fromkeys(added) if tag not in kept)]}
    return experiment.update(**fields).record
