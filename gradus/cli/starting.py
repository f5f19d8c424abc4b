"""Options of the commands that start a service."""

from pathlib import Path
from typing import Annotated

import typer

from gradus.environment import path_of
from gradus.root_path import root_path


def _checked(text: str) -> str:
    path = root_path(text)
    if path is None:
        raise typer.BadParameter(f"'{text}' is no path: write it like /gradus")
    return path


def _folder(given: str) -> Path:
    return path_of(given, "--data")


Data = Annotated[
    Path | None,
    typer.Option(metavar="DIR", parser=_folder, help="Data folder; else GRADUS_DATA_DIR, else ~/.gradus."),
]
Host = Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen on.")]
Port = Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="Port of the API; 0 takes a free one.")]
RootPath = Annotated[
    str,
    typer.Option(
        metavar="PATH",
        envvar="GRADUS_ROOT_PATH",
        show_envvar=False,
        callback=_checked,
        help="Path below which a proxy serves it, such as /gradus; else GRADUS_ROOT_PATH, else none.",
    ),
]
Workers = Annotated[
    int | None, typer.Option(metavar="N", min=1, max=64, help="Workers; else one for each GPU, or one.")
]
