"""`gradus open`."""

import os
import sys
import tempfile
import time
import webbrowser
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Annotated

import typer

from gradus.cli import completion, ids, output
from gradus.cli.options import Json, Url
from gradus.client import Client

LINK_LIFETIME = 600.0
"""Seconds for which a sign-in link works."""
PREFIX = "gradus-open-"
"""Prefix of the file names of redirect pages."""


def open_dashboard(
    given: Annotated[
        str | None,
        typer.Argument(
            metavar="ID", help="Open the page of this experiment or sweep.", autocompletion=completion.experiments
        ),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Start a browser; the address is printed in any case.")] = True,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Open the dashboard in a browser, signed in.

    The address signs one browser in, once, within ten minutes.
    """
    with Client(url) as client:
        address = f"{client.base_url}{_sign_in_path(client, _page(client, given))}"
    if as_json:
        output.print_json({"url": address})
    else:
        output.say(address)
    if browser and not as_json and sys.stdout.isatty() and not webbrowser.open(redirect_page(address).as_uri()):
        output.note("no browser could be started here: open the address in yours")


def redirect_page(address: str) -> Path:
    """A page, readable by its owner alone, that leads a browser to the address.

    The address signs a browser in, so it must not stand on a browser's command line, which other users of the machine
    can read. The page has to outlive this process, since the browser reads it later; the next call deletes it.
    """
    _delete_old_pages()
    descriptor, name = tempfile.mkstemp(prefix=PREFIX, suffix=".html")  # of mode 0600
    target = escape(address, quote=True)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(
            '<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
            f'<meta http-equiv="refresh" content="0; url={target}">'
            f'<title>Gradus</title><p><a href="{target}">Open the dashboard</a>\n'
        )
    return Path(name)


def _delete_old_pages() -> None:
    for page in Path(tempfile.gettempdir()).glob(f"{PREFIX}*.html"):
        with suppress(OSError):  # the file belongs to another user, or no longer exists
            if time.time() - page.stat().st_mtime > LINK_LIFETIME:
                page.unlink()


def _page(client: Client, given: str | None) -> str:
    if given is None:
        return "/"
    if given.startswith(ids.SWEEP.prefix):
        return f"/sweeps/{ids.resolve_sweep(client, given)}"
    return f"/experiments/{ids.resolve(client, given)}"


def _sign_in_path(client: Client, page: str) -> str:
    return client.keys.sign_in_link().path.replace("#", f"?next={page}#", 1)
