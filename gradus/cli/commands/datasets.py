"""`gradus datasets`: list, show and delete data sets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.table import Table

from gradus.cli import dataset_tables, labels, output, tables
from gradus.cli.commands.rm import confirmed, print_deleted
from gradus.cli.console import one_line
from gradus.cli.options import DatasetName, DatasetNames, Json, Url, Yes, at_most_one
from gradus.client import Client
from gradus.wire.dataset import DatasetRecord


def ls(
    q: Annotated[str | None, typer.Argument(metavar="TEXT", help="Text in the name, the notes or the id.")] = None,
    tag: Annotated[str | None, typer.Option(metavar="TAG", help="Only with this tag.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print names only.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """List the data sets, newest first; the built-in ones come last."""
    at_most_one(quiet=quiet, json=as_json)
    with Client(url) as client:
        records = [one.record for one in client.datasets.list(search=q, tag=tag)]
        now = client.now()
    if as_json:
        output.print_all(records)
    elif quiet:
        for record in records:
            output.say(record.name)
    else:
        output.show(_table(records, now))


def show(name: DatasetName, as_json: Json = False, url: Url = None) -> None:
    """Show one data set: its columns and how they were read, or its shapes and classes."""
    with Client(url) as client:
        record = client.datasets.get(name).record
    if as_json:
        output.print_json(record)
        return
    output.show(tables.facts(_built_in(record)) if record.built_in else dataset_tables.page(record))
    if record.progress is not None:
        output.note(f"{record.progress.what}: {labels.share(record.progress)}")
    if record.error is not None:
        output.notes(dataset_tables.failure(record.error, record.name))


def rm(
    names: DatasetNames,
    yes: Yes = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print names only.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Delete data sets with their versions and files.

    Finished experiments keep their results; one that has not ended keeps its data set from being deleted.
    """
    at_most_one(quiet=quiet, json=as_json)
    with Client(url) as client:
        found = client.datasets.get_many(names)
        if not yes and not confirmed([f"{one.name}, {one.record.rows or 0:,} rows" for one in found]):
            found = []
        for one in found:
            one.delete()
            print_deleted(one.name, quiet=quiet)
    if as_json:
        output.print_json({"deleted": [one.name for one in found]})


def _table(records: Sequence[DatasetRecord], now: datetime) -> Table:
    table = tables.borderless()
    table.add_column("name", no_wrap=True)
    table.add_column("status")
    for heading in ("rows", "columns", "findings"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("target")
    table.add_column("size", justify="right", no_wrap=True)
    table.add_column("age", justify="right", no_wrap=True)
    for record in records:
        table.add_row(
            record.name,
            _status(record),
            _rows(record),
            _count(record.column_count),
            _count(record.finding_count),
            one_line(_target(record)),
            "–" if record.bytes is None or record.built_in else labels.size(record.bytes),
            "–" if record.created_at is None else labels.age(record.created_at, now),
        )
    return table


def _status(record: DatasetRecord) -> RenderableType:
    return _available(record) if record.built_in else dataset_tables.status(record.status)


def _rows(record: DatasetRecord) -> str:
    counts = (record.train_examples, record.validation_examples, record.test_examples)
    return _count(sum(filter(None, counts)) if record.built_in else record.rows)


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _target(record: DatasetRecord) -> str:
    if record.built_in:
        return f"{len(record.classes or ())} classes" if record.task == "classification" else str(record.task)
    return record.target if isinstance(record.target, str) else ", ".join(record.target or ()) or "–"


def _built_in(record: DatasetRecord) -> dict[str, str]:
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


def _available(record: DatasetRecord) -> str:
    return "here" if record.available else "on first use (download)"
