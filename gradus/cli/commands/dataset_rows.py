"""`gradus datasets rows`."""

import csv
import json
import sys
from typing import Annotated, Any

import typer

from gradus.cli import completion, dataset_tables, output
from gradus.cli.options import Columns, DatasetName, Json, Url, VersionNumber, at_most_one
from gradus.client import Client
from gradus.wire.dataset import RowPage


def rows(  # noqa: PLR0913, PLR0917 (each is an option)
    name: DatasetName,
    offset: Annotated[int, typer.Option(metavar="N", min=0, help="Skip N rows.")] = 0,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help="At most N rows.")] = 20,
    column: Columns = None,
    finding: Annotated[
        str | None, typer.Option(metavar="ID", help="Only the rows that this finding is about, such as data_leak.")
    ] = None,
    finding_column: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Of these findings, only the one about this column.",
            autocompletion=completion.columns,
        ),
    ] = None,
    version: VersionNumber = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Print rows of a data set, in the order of its files."""
    at_most_one(csv=as_csv, json=as_json)
    with Client(url) as client:
        dataset = client.datasets.get(name)
        columns = tuple(column or ())
        page = dataset.rows(
            offset, limit, column=columns, finding=finding, finding_column=finding_column, version=version
        )
    if as_json:
        output.print_json(page)
    elif as_csv:
        _print_csv(page)
    else:
        output.show(dataset_tables.rows(page))
        output.note(f"{len(page.data):,} of {page.total:,} rows")


def _print_csv(page: RowPage) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(page.columns)
    writer.writerows([_cell(row[name]) for name in page.columns] for row in page.data)


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
