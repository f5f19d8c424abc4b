"""`gradus lab`: the lecture's demonstrations, as numbers and as pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from gradus.cli import completion, output, overrides, tables
from gradus.cli.options import Json, Url
from gradus.client import Client
from gradus.errors import BadRequest
from gradus.wire.lab import LabEntry


def lab(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="A demonstration.  [default: list all]", autocompletion=completion.demonstrations
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Set a field of the request. Repeatable."),
    ] = None,
    svg: Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Save a picture of the charts.")] = None,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Compute the lecture's demonstrations: numbers as JSON, or a picture."""
    if name is None and (settings or svg):
        raise BadRequest("name a demonstration: `gradus lab` lists them")
    with Client(url) as client:
        if name is None:
            entries = list(client.lab.list())
            output.print_all(entries) if as_json else output.show(_table(entries))
            return
        request = overrides.apply_all({}, settings or [])
        if svg is not None:
            svg.write_text(client.lab.picture(name, **request), encoding="utf-8")
            output.say(str(svg))
            return
        answer = client.lab.run(name, **request)
    output.print_json(answer if as_json else answer.result)


def _table(entries: Sequence[LabEntry]) -> Table:
    table = tables.borderless()
    table.add_column("name", no_wrap=True)
    table.add_column("shows")
    for entry in entries:
        table.add_row(entry.name, " ".join(entry.description.split("\n\n")[0].split()))
    return table
