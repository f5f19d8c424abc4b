"""`gradus history`."""

import json
from typing import Annotated, Any

import typer
from rich.table import Table

from gradus.cli import documents, ids, output
from gradus.cli.labels import number
from gradus.cli.options import Id, Json, Url
from gradus.cli.tables import borderless
from gradus.client import Client
from gradus.errors import BadRequest
from gradus.wire.layer_pictures import History
from gradus.wire.prediction import PredictedRow

RowFile = Annotated[
    str, typer.Argument(metavar="FILE", help="A row, or a list of them, as JSON or YAML; - for standard input.")
]


def history(
    given: Id,
    file: RowFile,
    absent: Annotated[bool, typer.Option("--absent", help="Treat columns that a row lacks as missing values.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Show how the answers to a few rows changed over the epochs.

    echo '{"age": 41, "city": "Chur"}' | gradus history last -
    """
    rows = _rows(documents.read(file))
    with Client(url) as client:
        experiment = client.experiments.get(ids.resolve(client, given))
        found = experiment.predict_history(rows, absent="missing" if absent else "refuse")
    if as_json:
        output.print_json(found)
        return
    output.show(_table(found, len(rows)))


def _rows(given: list[Any]) -> list[dict[str, Any]]:
    """The rows in documents: objects, lists of them, or `rows` as in a request for predictions.

    Raises:
        BadRequest: there is something else.
    """
    rows = [row for one in given for row in _listed(one)]
    if not all(isinstance(row, dict) for row in rows):
        raise BadRequest("give a row as an object, such as {age: 41, city: Chur}, or a list of them")
    return rows


def _listed(document: Any) -> list[Any]:
    if isinstance(document, dict) and isinstance(document.get("rows"), list) and len(document) == 1:
        return list(document["rows"])
    return document if isinstance(document, list) else [document]


def _table(found: History, rows: int) -> Table:
    """A line for each epoch and row, with the probabilities of all classes that any answer lists."""
    answers = [(one.epoch, i, answer) for one in found.epochs for i, answer in enumerate(one.data)]
    classes = list(dict.fromkeys(name for _, _, answer in answers for name in answer.probabilities or {}))
    table = borderless()
    table.add_column("epoch", justify="right")
    if rows > 1:
        table.add_column("row", justify="right")
    table.add_column("answer", overflow="fold")
    for name in classes:
        table.add_column(name, justify="right", overflow="fold")
    for epoch, i, answer in answers:
        place = (str(epoch), str(i + 1)) if rows > 1 else (str(epoch),)
        shares = answer.probabilities or {}
        table.add_row(*place, _said(answer), *(number(shares.get(name)) for name in classes))
    return table


def _said(answer: PredictedRow) -> str:
    said = answer.prediction
    if isinstance(said, dict):
        return ", ".join(f"{name}={number(value)}" for name, value in said.items())
    if isinstance(said, tuple):
        return ", ".join(said)
    return said if isinstance(said, str) else number(said) if isinstance(said, int | float) else json.dumps(said)
