"""`gradus datasets images`."""

import re
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from gradus.cli import completion, output
from gradus.cli.options import DatasetName, Url, VersionNumber
from gradus.client import Client
from gradus.errors import BadRequest


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
    target = _target(path or Path(), dataset.name if class_ is None else f"{dataset.name} {class_}")
    try:
        target.write_bytes(sheet)
    except OSError as error:
        raise BadRequest(f"{target} cannot be written: {error.strerror}", code="no_file") from error
    output.say(str(target))
    if opened and not webbrowser.open(target.resolve().as_uri()):
        output.note("nothing could be started here that shows pictures")


def _target(path: Path, name: str) -> Path:
    """The path itself or, if it is a folder, a file in it with a safe name."""
    plain = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "images"
    return path / f"{plain}.png" if path.is_dir() else path
