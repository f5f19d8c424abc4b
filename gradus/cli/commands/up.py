"""`gradus up`."""

from typing import Annotated

import typer

from gradus.cli import embedded
from gradus.cli.options import Data, Port
from gradus.root_path import root_path as parse_root_path


def _checked(text: str) -> str:
    path = parse_root_path(text)
    if path is None:
        raise typer.BadParameter(f"'{text}' is not a path: write it like /gradus")
    return path


def up(
    data: Data = None,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    port: Port = 8000,
    root_path: Annotated[
        str,
        typer.Option(
            metavar="PATH",
            envvar="GRADUS_ROOT_PATH",
            show_envvar=False,
            callback=_checked,
            help="Path under which a proxy serves it, such as /gradus.  [default: GRADUS_ROOT_PATH, else none]",
        ),
    ] = "",
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=64, help="Number of workers.  [default: one per GPU, at least one]"),
    ] = None,
) -> None:
    """Start the whole service on this machine; Ctrl-C stops it."""
    embedded.exec_service(embedded.ServiceOptions(data, host, port, workers, root_path))
