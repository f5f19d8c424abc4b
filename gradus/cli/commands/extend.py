"""`gradus extend`."""

from functools import partial
from typing import Annotated

import typer

from gradus.cli import control
from gradus.cli.options import Ids, Json, Url
from gradus.client import calls


def command(
    given: Ids,
    epochs: Annotated[int, typer.Option("--epochs", "-e", metavar="N", min=1, help="How many more.")],
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Train experiments for more epochs.

    More than it has done, for one that is over; more than it was to do, for one that is not.
    """
    control.ask(given, partial(calls.extend, epochs=epochs), as_json=as_json, url=url)
