"""`gradus datasets`."""

from typing import Annotated

import typer
from rich.table import Table

from gradus.cli import completion, details, output
from gradus.cli.options import Json, Url
from gradus.client import Client, calls, find_access
from gradus.wire.dataset import DatasetRecord


def command(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Only this one.", autocompletion=completion.datasets)
    ] = None,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """List the data sets, or show one."""
    with Client(find_access(url)) as client:
        records = _records(client, name)
    if as_json:
        documents = list(map(output.document, records))
        output.print_json(documents if name is None else documents[0])
    else:
        output.show(_table(records) if name is None else details.table(_facts(records[0])))


def _records(client: Client, name: str | None) -> tuple[DatasetRecord, ...]:
    return client.send(calls.datasets()).data if name is None else (client.send(calls.dataset(name)),)


def _table(records: tuple[DatasetRecord, ...]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("name", no_wrap=True)
    table.add_column("task", no_wrap=True)
    for heading in ("inputs", "classes", "train", "val.", "test"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("here")
    for record in records:
        counts = (record.train_examples, record.validation_examples, record.test_examples)
        table.add_row(
            record.name,
            record.task,
            _shape(record),
            str(len(record.classes) or "–"),
            *map(str, counts),
            "yes" if record.available else "no: the first run fetches it",
        )
    return table


def _facts(record: DatasetRecord) -> dict[str, str]:
    return {
        "name": record.name,
        "what": record.title,
        "task": record.task,
        "input": _shape(record),
        "classes": ", ".join(record.classes) or "none",
        "examples": f"{record.train_examples} to train, {record.validation_examples} to validate, "
        f"{record.test_examples} to test",
        "here": "yes" if record.available else "no: the first run that needs it downloads it",
    }


def _shape(record: DatasetRecord) -> str:
    return " x ".join(map(str, record.input_shape))
