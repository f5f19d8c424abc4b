"""Options that several commands take."""

from typing import Annotated

import typer

Url = Annotated[str | None, typer.Option(help="The service; else GRADUS_URL, else the one of `gradus up`.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
