"""`gradus export`."""

from pathlib import Path
from typing import Annotated

import typer

from gradus.cli import ids, output
from gradus.cli.options import Epoch, Id, Url, epoch_of
from gradus.client import Client


def export(
    id_: Id,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="model.onnx, weights.safetensors, preprocessing.json, card.md, run.py or bundle.zip.",
        ),
    ] = "model.onnx",
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="A file, or a folder.  [default: the current folder]")
    ] = None,
    epoch: Epoch = "best",
    url: Url = None,
) -> None:
    """Save a trained network as a file that works without Gradus."""
    with Client(url) as client:
        saved = client.experiments.get(ids.resolve(client, id_)).export(file, path, epoch=epoch_of(epoch))
    output.say(str(saved))
