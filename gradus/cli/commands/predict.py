"""`gradus predict`."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from gradus.cli import ids, output
from gradus.cli.options import Id, Url
from gradus.client import Client
from gradus.errors import BadRequest


def predict(
    id_: Id,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file, or a PNG or JPEG picture.")],
    epoch: Annotated[str, typer.Option(metavar="N", help="best, last, or a number.")] = "best",
    to: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PATH", help="Write the answers to this file.")
    ] = None,
    probabilities: Annotated[bool, typer.Option(help="Print the probability of each class.")] = True,
    absent: Annotated[bool, typer.Option("--absent", help="Columns that the file lacks have missing values.")] = False,
    url: Url = None,
) -> None:
    """Ask a trained network about the rows of a CSV file, or about a picture; print CSV or JSON."""
    if not file.is_file():
        raise BadRequest(f"{file} is no file", code="no_file")
    wanted = int(epoch) if epoch.isdecimal() else epoch
    rule = "missing" if absent else "refuse"
    with Client(url) as client, tempfile.TemporaryDirectory() as folder:
        handle = client.experiments.get(ids.resolve(client, id_))
        target = to or Path(folder) / "answers"
        handle.predict_file(file, target, epoch=wanted, probabilities=probabilities, absent=rule)
        if to is not None:
            output.say(str(to))
            return
        text = target.read_text(encoding="utf-8")
        sys.stdout.write(text if not text.startswith("{") else json.dumps(json.loads(text), indent=2) + "\n")
