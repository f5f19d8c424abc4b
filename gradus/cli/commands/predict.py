"""`gradus predict`, `gradus sweeps predict`."""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from gradus.cli import ids, output
from gradus.cli.options import Epoch, Id, SweepId, Url, epoch_of
from gradus.client import Client
from gradus.errors import BadRequest

Picture = Annotated[
    Path, typer.Argument(metavar="FILE", help="A CSV, TSV or JSON lines file, also in gzip, or a PNG or JPEG picture.")
]
To = Annotated[Path | None, typer.Option("--output", "-o", metavar="PATH", help="Write the answers to this file.")]
Probabilities = Annotated[bool, typer.Option(help="Print the probability of each class.")]
Top = Annotated[
    int | None, typer.Option(metavar="N", min=1, max=1000, help="Only the N likeliest classes of each row.")
]
Absent = Annotated[bool, typer.Option("--absent", help="Treat columns that the file lacks as missing values.")]


def predict(  # noqa: PLR0913, PLR0917 - one for each option
    id_: Id,
    file: Picture,
    epoch: Epoch = "best",
    to: To = None,
    top: Top = None,
    probabilities: Probabilities = True,
    absent: Absent = False,
    calibrated: Annotated[
        bool, typer.Option("--calibrated", help="Calibrate probabilities by the validation split.")
    ] = False,
    interval: Annotated[
        float | None,
        typer.Option(
            metavar="P", help="For regression: intervals that contain the true value with probability P, such as 0.9."
        ),
    ] = None,
    upload: Annotated[
        bool, typer.Option("--upload", help="Have a worker read the file, which may be Parquet, Excel or very long.")
    ] = False,
    url: Url = None,
) -> None:
    """Predict the rows of a CSV file, or a picture, with a trained network; print CSV or JSON."""
    options = _options(epoch, top, probabilities, absent)
    with Client(url) as client:
        one = client.experiments.get(ids.resolve(client, id_))

        def write(target: Path) -> Path:
            ask = one.predict_upload if upload else one.predict_file
            return ask(file, target, **options, calibrated=calibrated, interval=interval)

        _answers(file, to, write)


def predict_with_sweep(  # noqa: PLR0913, PLR0917 - one for each option
    given: SweepId,
    file: Picture,
    label: Annotated[
        str | None, typer.Option(metavar="LABEL", help="The change whose networks predict; by default the best.")
    ] = None,
    epoch: Epoch = "best",
    to: To = None,
    top: Top = None,
    probabilities: Probabilities = True,
    absent: Absent = False,
    url: Url = None,
) -> None:
    """Predict with all networks of a change as an ensemble.

    There is one network for each seed: the answer is the mean of their answers, with its spread over the seeds.
    """
    options = _options(epoch, top, probabilities, absent)
    with Client(url) as client:
        one = client.sweeps.get(ids.resolve_sweep(client, given))
        _answers(file, to, lambda target: one.predict_file(file, target, label, **options))


def _options(epoch: str, top: int | None, probabilities: bool, absent: bool) -> dict[str, Any]:
    wanted = epoch_of(epoch)
    absence = "missing" if absent else "refuse"
    return {"epoch": wanted, "top": top, "probabilities": probabilities, "absent": absence}


def _answers(file: Path, to: Path | None, write: Callable[[Path], Path]) -> None:
    """Write the answers to a file, or print them."""
    if not file.is_file():
        raise BadRequest(f"{file} is not a file", code="no_file")
    with tempfile.TemporaryDirectory() as folder:
        target = write(to or Path(folder) / "answers")
        if to is not None:
            output.say(str(to))
            return
        text = target.read_text(encoding="utf-8")
        sys.stdout.write(text if not text.startswith("{") else json.dumps(json.loads(text), indent=2) + "\n")
