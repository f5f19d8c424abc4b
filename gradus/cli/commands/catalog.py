"""`gradus catalog`: what a spec can name, with the fields of each kind as its JSON Schema describes them."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from gradus.cli import completion, output, tables
from gradus.cli.console import paragraph
from gradus.cli.options import Json, Url
from gradus.client import Client
from gradus.errors import NotFound
from gradus.nearest import nearest
from gradus.wire.catalog import CatalogEntry

Families = Mapping[str, Sequence[CatalogEntry]]
Schema = dict[str, Any]


def catalog(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="A family, such as optimizers, or a kind, such as adam.",
            autocompletion=completion.families,
        ),
    ] = None,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """List what a spec can name: layers, optimizers, schedules …"""
    with Client(url) as client:
        whole = client.catalog()
    if name is None:
        if as_json:
            output.print_json(whole)
        else:
            output.show(_families(whole.families))
        return
    found = _named(name, whole.families)
    if as_json:
        output.print_json(list(map(output.document, found)))
    else:
        output.show(Group(*(part for entry in found for part in (_entry(entry), ""))))


def _named(name: str, families: Families) -> Sequence[CatalogEntry]:
    """The kinds of the family with this name, or else the kinds with this name.

    Raises:
        NotFound: no family and no kind has this name.
    """
    kinds = [entry for entries in families.values() for entry in entries]
    found = families.get(name) or [entry for entry in kinds if entry.kind == name]
    if not found:
        close = nearest(name, [*families, *(entry.kind for entry in kinds)])
        hint = f": did you mean '{close}'?" if close else f"; its families are {', '.join(families)}"
        raise NotFound(f"'{name}' is not in the catalog{hint}", code="not_in_catalog")
    return found


def _families(families: Families) -> Table:
    table = tables.borderless()
    table.add_column("family", no_wrap=True)
    table.add_column("kinds")
    for family, entries in families.items():
        table.add_row(family, ", ".join(entry.kind for entry in entries))
    return table


def _entry(entry: CatalogEntry) -> Group:
    """The name of a kind, its formula, and its fields."""
    fields = _fields(entry.json_schema)
    title = Text.assemble((entry.kind, "bold"), f"  {entry.title}" if entry.title.lower() != entry.kind else "")
    return Group(title, paragraph(entry.formula), *([fields] if fields is not None else []))


def _fields(schema: Schema) -> Table | None:
    """A line for each field: default, bounds and meaning. None for a kind without fields."""
    properties = {name: field for name, field in schema.get("properties", {}).items() if name != "kind"}
    if not properties:
        return None
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("key", "default", "accepts", "meaning"):
        table.add_column(heading, no_wrap=heading in {"key", "default"})
    for name, field in properties.items():
        required = name in schema.get("required", ())
        table.add_row(
            name, _default(field, required=required), _accepts(field), " ".join(field.get("description", "").split())
        )
    return table


def _default(field: Schema, *, required: bool) -> str:
    if required:
        return "required"
    value = field.get("default")
    return json.dumps(value.get("kind", value) if isinstance(value, dict) else value)


def _accepts(field: Schema) -> str:
    """The bounds or choices of a field, if it has them."""
    forms = [form for part in field.get("anyOf", [field]) if (form := _form(part))]
    return " or ".join(dict.fromkeys(forms))


def _form(part: Schema) -> str:
    if "enum" in part:
        return ", ".join(map(str, part["enum"]))
    if "const" in part:
        return json.dumps(part["const"])
    if part.get("type") in {"number", "integer"}:
        return _bounds(part)
    return {"boolean": "true or false"}.get(str(part.get("type")), "")


def _bounds(part: Schema) -> str:
    low = f"≥ {part['minimum']:g}" if "minimum" in part else ""
    low = f"> {part['exclusiveMinimum']:g}" if "exclusiveMinimum" in part else low
    high = f"≤ {part['maximum']:g}" if "maximum" in part else ""
    high = f"< {part['exclusiveMaximum']:g}" if "exclusiveMaximum" in part else high
    return ", ".join(filter(None, (low, high)))
