"""`gradus filters`, `gradus activations`: pictures of convolutions."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from gradus.cli import documents, ids, pictures
from gradus.cli.options import Epoch, Id, Url, epoch_of
from gradus.client import Client
from gradus.errors import BadRequest

Target = Annotated[
    Path | None, typer.Argument(metavar="PATH", help="A file, or a folder.  [default: the current folder]")
]
Layer = Annotated[
    str | None, typer.Option(metavar="LAYER", help="A convolution, such as layers/0.  [default: the first]")
]
Offset = Annotated[int, typer.Option(metavar="N", min=0, help="Skip N filters.")]
Most = Annotated[int, typer.Option("-n", metavar="N", min=1, max=256, help="At most N filters.")]
Open = Annotated[bool, typer.Option("--open", help="Show it, too.")]


def filters(
    given: Id,
    path: Target = None,
    layer: Layer = None,
    epoch: Epoch = "best",
    offset: Offset = 0,
    most: Most = 64,
    opened: Open = False,
    url: Url = None,
) -> None:
    """Save the filters of a convolution as a picture, a PNG.

    gradus filters last --layer layers/2 --open
    """
    with Client(url) as client:
        experiment = client.experiments.get(ids.resolve(client, given))
        picture = experiment.filters_png(layer, epoch=epoch_of(epoch), offset=offset, limit=most)
    pictures.save(picture, path, _name("filters", layer), opened=opened)


def activations(  # noqa: PLR0913, PLR0917 - one for each option
    given: Id,
    row: Annotated[
        str,
        typer.Argument(metavar="ROW", help="A PNG or JPEG picture, or a row as JSON or YAML; - for standard input."),
    ],
    path: Target = None,
    layer: Layer = None,
    epoch: Epoch = "best",
    offset: Offset = 0,
    most: Most = 16,
    opened: Open = False,
    url: Url = None,
) -> None:
    """Save the activations of a convolution for a row as a picture, a PNG.

    gradus activations last digit.png --open
    """
    asked = _row(row)
    with Client(url) as client:
        experiment = client.experiments.get(ids.resolve(client, given))
        picture = experiment.activations_png(asked, layer, epoch=epoch_of(epoch), offset=offset, limit=most)
    pictures.save(picture, path, _name("activations", layer), opened=opened)


def _name(what: str, layer: str | None) -> str:
    return what if layer is None else f"{what} {layer}"


def _row(given: str) -> Mapping[str, Any] | Path:
    if Path(given).suffix.lower() in {".png", ".jpg", ".jpeg"}:
        return Path(given)
    found = documents.read(given)
    if len(found) != 1 or not isinstance(found[0], dict):
        raise BadRequest(f"{given} must have one row, an object such as {{age: 41, city: Chur}}", code="no_file")
    row: dict[str, Any] = found[0]
    return row
