"""`gradus keys`: create, list and revoke API keys, and sign a browser in."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from gradus.cli import labels, output, tables
from gradus.cli.options import Json, Quiet, Url, at_most_one
from gradus.client import Client
from gradus.wire.key import KeyRecord, Role


def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name for people: who or what will use it.")],
    role: Annotated[Role, typer.Option(help="What it may do: read only, train, or manage keys.")] = Role.EDITOR,
    days: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=36_500, help="Expire after N days.  [default: never]"),
    ] = None,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Create an API key and print it: it is shown only once."""
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    with Client(url) as client:
        made = client.keys.create(name, role=role, expires_at=expires_at)
    if as_json:
        output.print_json(made)
        return
    output.say(made.key)
    output.note(f"{made.id}: {made.role} of the workspace {made.workspace}; save the key, it is not shown again")


def ls(quiet: Quiet = False, as_json: Json = False, url: Url = None) -> None:
    """List the API keys of your workspace, newest first."""
    at_most_one(quiet=quiet, json=as_json)
    with Client(url) as client:
        keys, now = list(client.keys.list()), client.now()
    if as_json:
        output.print_all(keys)
    elif quiet:
        for key in keys:
            output.say(key.id)
    else:
        output.show(_table(keys, now))


def revoke(
    key_ids: Annotated[list[str], typer.Argument(metavar="ID", help="Ids, as `gradus keys ls` shows them.")],
    quiet: Quiet = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Revoke API keys: they lose access immediately."""
    at_most_one(quiet=quiet, json=as_json)
    with Client(url) as client:
        for one in key_ids:
            client.keys.revoke(one)
            if quiet:
                output.say(one)
            else:
                output.note(f"{one} revoked")
    if as_json:
        output.print_json({"revoked": key_ids})


def link(as_json: Json = False, url: Url = None) -> None:
    """Print a link that signs one browser in with your key.

    It works once, within ten minutes.
    """
    with Client(url) as client:
        address = f"{client.base_url}{client.keys.sign_in_link().path}"
    output.print_json({"url": address}) if as_json else output.say(address)


def _table(keys: Sequence[KeyRecord], now: datetime) -> Table:
    table = tables.borderless()
    for heading in ("id", "name", "role", "state", "last used"):
        table.add_column(heading, no_wrap=heading in {"id", "role"})
    for key in keys:
        table.add_row(key.id, key.name, key.role, _state(key, now), _moment(key.used_at))
    return table


def _state(key: KeyRecord, now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is None:
        return "valid"
    return f"{'expired' if key.expires_at <= now else 'valid until'} {_moment(key.expires_at)}"


def _moment(moment: datetime | None) -> str:
    return labels.moment(moment) if moment else "never"
