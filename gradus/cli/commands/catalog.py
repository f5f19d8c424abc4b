"""`gradus catalog`."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from gradus.cli import completion, output, schema
from gradus.cli.options import Json, Url
from gradus.cli.screen import paragraph
from gradus.client import Client, calls, find_access
from gradus.errors import NotFound
from gradus.nearest import nearest
from gradus.wire.catalog import CatalogEntry

Families = Mapping[str, Sequence[CatalogEntry]]


def command(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="A family, such as optimizers, or a kind.", autocompletion=completion.families
        ),
    ] = None,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """List what a spec can name: layers, optimizers, schedules …"""
    with Client(find_access(url)) as client:
        catalog = client.send(calls.catalog())
    if name is None:
        if as_json:
            output.print_json(catalog)
        else:
            output.show(_families(catalog.families))
        return
    found = _named(name, catalog.families)
    if as_json:
        output.print_json(list(map(output.document, found)))
    else:
        output.show(Group(*(part for entry in found for part in (_entry(entry), ""))))


def _named(name: str, families: Families) -> Sequence[CatalogEntry]:
    """A family's kinds, or the kinds of that name.

    Raises:
        NotFound: there is neither.
    """
    kinds = [entry for entries in families.values() for entry in entries]
    found = families.get(name) or [entry for entry in kinds if entry.kind == name]
    if not found:
        close = nearest(name, [*families, *(entry.kind for entry in kinds)])
        hint = f": did you mean '{close}'?" if close else f"; families are {', '.join(families)}"
        raise NotFound(f"the catalogue has no '{name}'{hint}", code="not_in_catalog")
    return found


def _families(families: Families) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("family", no_wrap=True)
    table.add_column("kinds")
    for family, entries in families.items():
        table.add_row(family, ", ".join(entry.kind for entry in entries))
    return table


def _entry(entry: CatalogEntry) -> Group:
    """Its name, its formula, and its fields with what they accept."""
    fields = schema.fields(entry.json_schema)
    title = Text.assemble((entry.kind, "bold"), f"  {entry.title}" if entry.title.lower() != entry.kind else "")
    return Group(title, paragraph(entry.formula), *([fields] if fields is not None else []))
