"""`gradus open`."""

import sys
import webbrowser
from typing import Annotated

import typer

from gradus.cli import completion, ids, output
from gradus.cli.options import Json, Url
from gradus.client import Client, calls, find_access


def command(
    given: Annotated[
        str | None,
        typer.Argument(
            metavar="ID", help="The page of this experiment or sweep.", autocompletion=completion.experiments
        ),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Start a browser; the address is printed either way.")] = True,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Open the dashboard in the browser, signed in.

    The address signs one browser in, once, within ten minutes.
    """
    access = find_access(url)
    with Client(access) as client:
        address = f"{access.url}{_way_in(client, _page(client, given))}"
    if as_json:
        output.print_json({"url": address})
    else:
        output.say(address)
    if browser and not as_json and sys.stdout.isatty() and not webbrowser.open(address):
        output.talk("no browser could be started here: open the address in one of yours")


def _page(client: Client, given: str | None) -> str:
    if given is None:
        return "/"
    if given.startswith(ids.SWEEP.prefix):
        return f"/sweeps/{ids.resolve_sweep(client, given)}"
    return f"/experiments/{ids.resolve(client, given)}"


def _way_in(client: Client, page: str) -> str:
    """Through a sign-in link."""
    return client.send(calls.sign_in_link()).path.replace("#", f"?next={page}#", 1)
