"""`gradus lecture`."""

from typing import Annotated

import typer

from gradus.cli import lecture
from gradus.cli.exits import Exit
from gradus.cli.service import Start
from gradus.cli.starting import Data, Port


def command(
    data: Data = None,
    port: Port = 8000,
    once: Annotated[bool, typer.Option("--once", help="Stop the service when the runs are over.")] = False,
) -> Exit:
    """Train the lecture's two networks beside the lecture's own numbers.

    The service stays up afterwards, until Ctrl-C.
    """
    return lecture.present(Start(data, "127.0.0.1", port, None), once=once)
