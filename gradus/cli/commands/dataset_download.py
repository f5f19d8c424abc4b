"""`gradus datasets download`."""

from pathlib import Path
from typing import Annotated

import typer

from gradus.cli import output
from gradus.cli.options import DatasetName, Url, VersionNumber
from gradus.client import Client


def download(
    name: DatasetName,
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="A file, or a folder.  [default: the current folder]")
    ] = None,
    parquet: Annotated[bool, typer.Option("--parquet", help="The table as it was read, as Parquet.")] = False,
    npz: Annotated[bool, typer.Option("--npz", help="The table as run.py reads it, as a NumPy archive.")] = False,
    file: Annotated[int, typer.Option(metavar="N", min=1, help="Which file, if there are several.")] = 1,
    version: VersionNumber = None,
    url: Url = None,
) -> None:
    """Save a file of a data set as it was sent, or with --parquet or --npz the table as it was read."""
    with Client(url) as client:
        saved = client.datasets.get(name).download(path, parquet=parquet, npz=npz, file=file, version=version)
    output.say(str(saved))
