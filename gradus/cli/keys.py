"""`gradus keys`: make, list and revoke API keys, and sign a browser in."""

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gradus.cli.options import Json, Url
from gradus.client import Client, calls, find_access
from gradus.wire.key import KeyRecord, KeyRequest, Role

commands = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")


@commands.command()
def create(
    name: Annotated[str, typer.Argument(help="Who or what will use it.")],
    role: Annotated[Role, typer.Option(help="What it may do.")] = Role.EDITOR,
    days: Annotated[int | None, typer.Option(min=1, max=36_500, help="Until it expires; else it never does.")] = None,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Make a key. It is shown this once, alone on the standard output."""
    until = datetime.now(UTC) + timedelta(days=days) if days else None
    with Client(find_access(url)) as client:
        made = client.send(calls.create_key(KeyRequest(name=name, role=role, expires_at=until)))
    if as_json:
        print(made.model_dump_json(indent=2))
        return
    print(made.key)
    sys.stderr.write(f"{made.id}: {made.role} of the workspace {made.workspace}; keep it, it is shown only now\n")


@commands.command("list")
def list_command(as_json: Json = False, url: Url = None) -> None:
    """List the keys of your workspace, newest first."""
    with Client(find_access(url)) as client:
        page = client.send(calls.keys())
    if as_json:
        print(json.dumps(json.loads(page.model_dump_json())["data"], indent=2))
        return
    table = Table("id", "name", "role", "state", "last used", box=None)
    for key in page.data:
        table.add_row(key.id, key.name, key.role, _state(key), _moment(key.used_at))
    Console(width=None if sys.stdout.isatty() else 200).print(table)


@commands.command()
def revoke(key_id: Annotated[str, typer.Argument(metavar="ID")], url: Url = None) -> None:
    """Let a key open nothing any more, from this moment on."""
    with Client(find_access(url)) as client:
        client.send(calls.revoke_key(key_id))
    sys.stderr.write(f"{key_id} is revoked\n")


@commands.command()
def link(url: Url = None) -> None:
    """Print a link that signs one browser in with your key, once, within ten minutes."""
    access = find_access(url)
    with Client(access) as client:
        print(f"{access.url}{client.send(calls.sign_in_link()).path}")


def _state(key: KeyRecord) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is None:
        return "good"
    return f"{'expired' if key.expires_at <= datetime.now(UTC) else 'until'} {_moment(key.expires_at)}"


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}" if moment else "never"
