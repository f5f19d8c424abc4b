"""`gradus logs`."""

from typing import Annotated

import typer

from gradus.cli import ids, logs
from gradus.cli.exits import Exit
from gradus.cli.options import Id, Json, Url
from gradus.client import Client, find_access


def command(
    given: Id,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until it is over.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> Exit | None:
    """Print what has happened to an experiment, line by line."""
    with Client(find_access(url)) as client:
        return logs.print_log(client, ids.resolve(client, given), follow=follow, as_json=as_json)
