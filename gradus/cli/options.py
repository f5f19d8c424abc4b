"""Arguments and options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

from gradus.cli import completion
from gradus.environment import path_of
from gradus.errors import BadRequest


def _folder(given: str) -> Path:
    return path_of(given, "--data")


Url = Annotated[
    str | None,
    typer.Option(metavar="URL", help="URL of the service.  [default: GRADUS_URL, else the service of `gradus up`]"),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print ids only.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
Id = Annotated[
    str,
    typer.Argument(metavar="ID", help="An id, its last characters, or `last`.", autocompletion=completion.experiments),
]
Ids = Annotated[
    list[str],
    typer.Argument(metavar="ID", help="Ids, their last characters, or `last`.", autocompletion=completion.experiments),
]
SweepId = Annotated[
    str,
    typer.Argument(metavar="ID", help="An id, its last characters, or `last`.", autocompletion=completion.sweeps),
]
SweepIds = Annotated[
    list[str],
    typer.Argument(metavar="ID", help="Ids, their last characters, or `last`.", autocompletion=completion.sweeps),
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Set a field of the spec, such as optimizer.lr=0.01 or layers='[300, 100]'. Repeatable.",
        autocompletion=completion.paths,
    ),
]
ParseOptions = Annotated[
    list[str] | None,
    typer.Option(
        "--parse",
        metavar="OPTION=VALUE",
        help="How to read the files, such as delimiter=';', header=false or columns.zip=text. Repeatable.",
        autocompletion=completion.parse_options,
    ),
]
DatasetName = Annotated[
    str, typer.Argument(metavar="NAME", help="The name of a data set.", autocompletion=completion.datasets)
]
DatasetNames = Annotated[
    list[str], typer.Argument(metavar="NAME", help="Names of data sets.", autocompletion=completion.datasets)
]
VersionNumber = Annotated[
    int | None, typer.Option("--version", metavar="N", min=1, help="Number of the version.  [default: the newest]")
]
Columns = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="COLUMN", help="Only this column. Repeatable.", autocompletion=completion.columns),
]
Epoch = Annotated[str, typer.Option(metavar="N", help="best, last, or a number.")]
Limit = Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, max=200, help="List at most N.")]
Data = Annotated[
    Path | None,
    typer.Option(metavar="DIR", parser=_folder, help="Data folder.  [default: GRADUS_DATA_DIR, else ~/.gradus]"),
]
Port = Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="Port of the API; 0 for any free port.")]


def epoch_of(given: str) -> int | str:
    """The value of `--epoch`."""
    return int(given) if given.isdecimal() else given


def at_most_one(**given: bool) -> None:
    """Refuses flags that contradict each other.

    Raises:
        BadRequest: more than one is given.
    """
    chosen = [f"--{name.replace('_', '-')}" for name, on in given.items() if on]
    if len(chosen) > 1:
        raise BadRequest(f"{chosen[0]} and {chosen[1]} cannot be combined")
