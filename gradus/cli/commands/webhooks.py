"""`gradus webhooks`: have the service call an address about status changes and findings."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from gradus.cli import labels, output, tables
from gradus.cli.options import Json, Quiet, Url, at_most_one
from gradus.client import Client
from gradus.wire.webhook import WEBHOOK_EVENTS, WebhookRecord

Ids = Annotated[list[str], typer.Argument(metavar="ID", help="Ids, as `gradus webhooks ls` shows them.")]


def add(
    address: Annotated[str, typer.Argument(metavar="URL", help="Where the calls go, such as https://example.com/x.")],
    events: Annotated[
        str, typer.Option(metavar="KINDS", help="Kinds of events, separated by commas: status, finding.")
    ] = ",".join(WEBHOOK_EVENTS),
    secret: Annotated[
        str | None,
        typer.Option(metavar="SECRET", help="Key of the signatures, whsec_ and base64.  [default: a new one]"),
    ] = None,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Add a webhook and print its secret: it is shown only once."""
    kinds = [kind.strip() for kind in events.split(",") if kind.strip()]
    with Client(url) as client:
        made = client.webhooks.create(address, events=kinds, secret=secret)
    if as_json:
        output.print_json(made)
        return
    output.say(made.secret)
    output.note(f"{made.id} calls {made.url}; save the secret, it is not shown again")


def ls(quiet: Quiet = False, as_json: Json = False, url: Url = None) -> None:
    """List the webhooks of your workspace, newest first, with their state."""
    at_most_one(quiet=quiet, json=as_json)
    with Client(url) as client:
        hooks = list(client.webhooks.list())
    if as_json:
        output.print_all(hooks)
    elif quiet:
        for hook in hooks:
            output.say(hook.id)
    else:
        output.show(_table(hooks))


def enable(webhook_ids: Ids, quiet: Quiet = False, as_json: Json = False, url: Url = None) -> None:
    """Repeat the failed calls of webhooks at once, then send the later ones."""
    at_most_one(quiet=quiet, json=as_json)
    with Client(url) as client:
        hooks = [client.webhooks.enable(one) for one in webhook_ids]
    for hook in [] if as_json else hooks:
        output.say(hook.id) if quiet else output.note(f"{hook.id} enabled")
    if as_json:
        output.print_all(hooks)


def rm(webhook_ids: Ids, quiet: Quiet = False, as_json: Json = False, url: Url = None) -> None:
    """Delete webhooks."""
    at_most_one(quiet=quiet, json=as_json)
    with Client(url) as client:
        for one in webhook_ids:
            client.webhooks.delete(one)
            if quiet:
                output.say(one)
            else:
                output.note(f"{one} deleted")
    if as_json:
        output.print_json({"deleted": webhook_ids})


def _table(hooks: Sequence[WebhookRecord]) -> Table:
    table = tables.borderless()
    for heading in ("id", "url", "events", "state", "last delivery"):
        table.add_column(heading, no_wrap=heading == "id")
    for hook in hooks:
        state = f"{hook.state}: {hook.reason}" if hook.reason else hook.state
        delivered = labels.moment(hook.delivered_at) if hook.delivered_at else "never"
        table.add_row(hook.id, hook.url, ", ".join(hook.events), state, delivered)
    return table
