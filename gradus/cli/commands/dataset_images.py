"""`gradus datasets images`."""

from pathlib import Path
from typing import Annotated

import typer

from gradus.cli import completion, pictures
from gradus.cli.options import DatasetName, Url, VersionNumber
from gradus.client import Client


def images(
    name: DatasetName,
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="A file, or a folder.  [default: the current folder]")
    ] = None,
    class_: Annotated[
        str | None,
        typer.Option(
            "--class", metavar="CLASS", help="Only pictures of this class.", autocompletion=completion.classes
        ),
    ] = None,
    count: Annotated[int, typer.Option("-n", metavar="N", min=1, max=400, help="At most N pictures.")] = 64,
    opened: Annotated[bool, typer.Option("--open", help="Show it, too.")] = False,
    version: VersionNumber = None,
    url: Url = None,
) -> None:
    """Save a contact sheet of the pictures of a data set, as a PNG.

    gradus datasets images shapes --class dark --open
    """
    with Client(url) as client:
        dataset = client.datasets.get(name)
        sheet = dataset.images(class_, count, version=version)
    pictures.save(sheet, path, dataset.name if class_ is None else f"{dataset.name} {class_}", opened=opened)
