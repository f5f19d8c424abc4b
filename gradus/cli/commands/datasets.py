"""`gradus datasets`."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from gradus.cli import completion, output, tables
from gradus.cli.options import Json, Url, at_most_one
from gradus.client import Client
from gradus.wire.dataset import DatasetRecord


def ls(
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print names only.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """List the data sets."""
    at_most_one(quiet=quiet, json=as_json)
    with Client(url) as client:
        records = list(client.datasets.list())
    if as_json:
        output.print_all(records)
    elif quiet:
        for record in records:
            output.say(record.name)
    else:
        output.show(_table(records))


def show(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The name of a data set.", autocompletion=completion.datasets)
    ],
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Show one data set: its task, its shapes, its classes."""
    with Client(url) as client:
        record = client.datasets.get(name)
    output.print_json(record) if as_json else output.show(tables.facts(_facts(record)))


def _table(records: Sequence[DatasetRecord]) -> Table:
    table = tables.borderless()
    table.add_column("name", no_wrap=True)
    table.add_column("task", no_wrap=True)
    for heading in ("inputs", "classes", "train", "val.", "test"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("available")
    for record in records:
        counts = (record.train_examples, record.validation_examples, record.test_examples)
        table.add_row(
            record.name,
            record.task or "–",
            tables.shape(record.input_shape) if record.input_shape else "–",
            str(len(record.classes or ()) or "–"),
            *("–" if count is None else str(count) for count in counts),
            _available(record),
        )
    return table


def _facts(record: DatasetRecord) -> dict[str, str]:
    if not record.built_in:
        return _facts_of_table(record)
    return {
        "name": record.name,
        "title": record.title,
        "task": record.task or "",
        "input": tables.shape(record.input_shape or ()),
        "classes": ", ".join(record.classes or ()) or "none",
        "examples": f"{record.train_examples} to train, {record.validation_examples} to validate, "
        f"{record.test_examples} to test",
        "available": _available(record),
    }


def _facts_of_table(record: DatasetRecord) -> dict[str, str]:
    columns = (f"{column.name} ({column.type})" for column in record.columns or ())
    return {
        "name": record.name,
        "id": record.id,
        "status": record.status,
        "version": str(record.version or "none"),
        "rows": "–" if record.rows is None else f"{record.rows:,}",
        "columns": ", ".join(columns) or "–",
        "error": record.error.message if record.error else "none",
    }


def _available(record: DatasetRecord) -> str:
    if not record.built_in:
        return record.status
    return "yes" if record.available else "on first use (download)"
