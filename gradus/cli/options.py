"""Arguments and options that several commands take."""

from typing import Annotated

import typer

from gradus.cli import completion
from gradus.errors import BadRequest

Url = Annotated[
    str | None, typer.Option(metavar="URL", help="The service; else GRADUS_URL, else the one of `gradus up`.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Id = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="An id, the last characters of one, or `last`.", autocompletion=completion.experiments
    ),
]
Ids = Annotated[
    list[str],
    typer.Argument(
        metavar="ID", help="Ids, the last characters of them, or `last`.", autocompletion=completion.experiments
    ),
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change the spec: optimizer.lr=0.01, layers='[300, 100]'. Again for more.",
        autocompletion=completion.paths,
    ),
]


def one_of(**given: bool) -> None:
    """Refuses switches of which only one can be obeyed.

    Raises:
        BadRequest: more than one is given.
    """
    chosen = [f"--{name.replace('_', '-')}" for name, on in given.items() if on]
    if len(chosen) > 1:
        raise BadRequest(f"take {' or '.join(chosen)}, not both")
