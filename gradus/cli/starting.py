"""Options of the commands that start a service."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path | None, typer.Option(metavar="DIR", help="Data folder; else GRADUS_DATA_DIR, else ~/.gradus.")]
Host = Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen on.")]
Port = Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="Port of the API; 0 takes a free one.")]
Workers = Annotated[
    int | None, typer.Option(metavar="N", min=1, max=64, help="Workers; else one for each GPU, or one.")
]
