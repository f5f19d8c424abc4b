"""`gradus keys`: make, list and revoke API keys, and sign a browser in."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from gradus.cli import output, words
from gradus.cli.help import Command, plain
from gradus.cli.options import Json, Url
from gradus.client import Client, calls, find_access
from gradus.wire.key import KeyRecord, Role

command = plain(help="Make, list and revoke API keys.")


@command.command(cls=Command)
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who or what will use it.")],
    role: Annotated[Role, typer.Option(help="What it may do.")] = Role.EDITOR,
    days: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=36_500, help="Until it expires; else it never does.")
    ] = None,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Make a key. It is shown this once, alone on the standard output."""
    until = datetime.now(UTC) + timedelta(days=days) if days else None
    with Client(find_access(url)) as client:
        made = client.send(calls.create_key({"name": name, "role": role, "expires_at": until}))
    if as_json:
        output.print_json(made)
        return
    output.say(made.key)
    output.talk(f"{made.id}: {made.role} of the workspace {made.workspace}; keep it, it is shown only now")


@command.command("list", cls=Command)
def list_command(as_json: Json = False, url: Url = None) -> None:
    """List the keys of your workspace, newest first."""
    with Client(find_access(url)) as client:
        page, now = client.send(calls.keys()), client.now()
    if as_json:
        output.print_json([output.document(key) for key in page.data])
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("id", "name", "role", "state", "last used"):
        table.add_column(heading, no_wrap=heading in {"id", "role"})
    for key in page.data:
        table.add_row(key.id, key.name, key.role, _state(key, now), _moment(key.used_at))
    output.show(table)


@command.command(cls=Command)
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="As `gradus keys list` shows it.")],
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Let a key open nothing any more, from this moment on."""
    with Client(find_access(url)) as client:
        client.send(calls.revoke_key(key_id))
    if as_json:
        output.print_json({"revoked": key_id})
    output.talk(f"{key_id} is revoked")


@command.command(cls=Command)
def link(as_json: Json = False, url: Url = None) -> None:
    """Print a link that signs one browser in with your key, once, within ten minutes."""
    access = find_access(url)
    with Client(access) as client:
        address = f"{access.url}{client.send(calls.sign_in_link()).path}"
    output.print_json({"url": address}) if as_json else output.say(address)


def _state(key: KeyRecord, now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is None:
        return "good"
    return f"{'expired' if key.expires_at <= now else 'until'} {_moment(key.expires_at)}"


def _moment(moment: datetime | None) -> str:
    return words.moment(moment) if moment else "never"
