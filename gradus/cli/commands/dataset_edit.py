"""`gradus datasets edit`."""

from typing import Annotated

import typer

from gradus.cli import completion, output
from gradus.cli.commands.edit import edited_tags
from gradus.cli.options import DatasetName, Json, Url, at_most_one
from gradus.client import Client
from gradus.errors import BadRequest


def edit(  # noqa: PLR0913, PLR0917 (each is an option)
    name: DatasetName,
    new_name: Annotated[str | None, typer.Option("--name", metavar="TEXT", help="Set the name.")] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help="Set the target of specs that do not name one; '' for none. Repeatable.",
            autocompletion=completion.columns,
        ),
    ] = None,
    notes: Annotated[str | None, typer.Option(metavar="TEXT", help="Set the notes.")] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="Add a tag. Repeatable.")] = None,
    untag: Annotated[list[str] | None, typer.Option(metavar="TAG", help="Remove a tag. Repeatable.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the name only.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Change the name, target, tags or notes of a data set.

    gradus datasets edit churn --target exited --tag 2026
    """
    at_most_one(quiet=quiet, json=as_json)
    if new_name is None and notes is None and not (target or tags or untag):
        raise BadRequest("say what to change: --name, --target, --notes, --tag or --untag")
    columns = None if not target else tuple(filter(None, target))
    with Client(url) as client:
        dataset = client.datasets.get(name)
        kept = edited_tags(dataset.tags, tags or (), untag or ())
        one = columns[0] if columns is not None and len(columns) == 1 else columns
        record = dataset.update(name=new_name, tags=kept, notes=notes, target=one).record
    if as_json:
        output.print_json(record)
    else:
        output.say(record.name if quiet else f"{record.id} {record.name}")
