"""`gradus datasets versions` and `reparse`."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from gradus.cli import dataset_tables, labels, output, tables
from gradus.cli.commands.dataset_add import files_of, told
from gradus.cli.dataset_progress import Sending
from gradus.cli.exit_codes import Exit
from gradus.cli.options import DatasetName, Json, ParseOptions, Url, at_most_one
from gradus.cli.parse_options import read_options
from gradus.client import Client
from gradus.wire.dataset import VersionSummary


def versions(name: DatasetName, as_json: Json = False, url: Url = None) -> None:
    """List the versions of a data set, newest first."""
    with Client(url) as client:
        found, now = client.datasets.get(name).versions, client.now()
    output.print_all(found) if as_json else output.show(_table(found, now))


def reparse(
    name: DatasetName,
    parse: ParseOptions = None,
    files: Annotated[
        list[str] | None,
        typer.Option("--file", metavar="FILE", help="Other files instead of the present ones. Repeatable."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the name only.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> Exit:
    """Make a version of a data set: its files read with other options, or other files.

    --parse changes the options of the newest version; OPTION=null lets one be guessed again. Older versions stay, and
    specs can name them.
    """
    at_most_one(quiet=quiet, json=as_json)
    options = read_options(parse or [])
    with Client(url) as client:
        dataset = client.datasets.get(name)
        data = files_of(files) if files else None
        with Sending([str(Path(one).name) for one in files or ()], quiet=quiet or not files) as sending:
            dataset.new_version(data, parse=options, wait=False, on_progress=sending.report)
        return told(dataset, watching=True, quiet=quiet, as_json=as_json)


def _table(found: Sequence[VersionSummary], now: datetime) -> Table:
    table = tables.borderless()
    for heading in ("version", "status", "rows", "size", "age", "digest", "error"):
        right = heading in {"version", "rows", "size", "age"}
        table.add_column(heading, justify="right" if right else "left", no_wrap=heading != "error")
    for one in found:
        table.add_row(
            str(one.number),
            dataset_tables.status(one.status),
            "–" if one.rows is None else f"{one.rows:,}",
            labels.size(one.bytes),
            labels.age(one.created_at, now),
            (one.digest or "–").removeprefix("sha256:")[:12],
            one.error.message if one.error else "",
        )
    return table
