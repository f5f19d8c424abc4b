"""`python -m api.keys`: manage API keys directly in the database, for operators. The first key is created here."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta

from gradus.streams import tolerate_any_text
from gradus.wire.key import KeyRecord, Role
from hub.access import keys, workspaces
from hub.database.database import Database
from hub.environment_errors import exit_on_environment_error
from hub.settings import Settings
from hub.tables import DEFAULT_WORKSPACE

_MOST_DAYS = 36_500


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command on the database that the environment names."""
    given = _parser().parse_args(arguments)
    with exit_on_environment_error(), closing(Database(Settings.from_env().database_url)) as database:
        given.run(database, given)


def _create(database: Database, given: argparse.Namespace) -> None:
    """Only the key goes to standard output, so that a script can read it."""
    at = datetime.now(UTC)
    until = None if given.days is None else at + timedelta(days=given.days)
    with database.write() as session:
        workspaces.ensure(session, given.workspace, at)
        new_key = keys.create(session, given.workspace, given.name, Role(given.role), at, until)
    sys.stderr.write(
        f"{new_key.id}: {new_key.role} of the workspace {new_key.workspace}; the key is shown only once:\n"
    )
    sys.stdout.write(f"{new_key.key}\n")


def _list(database: Database, given: argparse.Namespace) -> None:
    with database.read() as session:
        for key in keys.listing(session, given.workspace):
            sys.stdout.write(f"{key.id}  {key.role:6}  {_state(key):8}  {key.name}\n")


def _revoke(database: Database, given: argparse.Namespace) -> None:
    with database.write() as session:
        if not keys.revoke(session, given.workspace, given.id, datetime.now(UTC)):
            sys.exit(f"error: the workspace {given.workspace} has no key {given.id}")


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"from 1 to {_MOST_DAYS}, not {days}")
    return days


def _state(key: KeyRecord) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= datetime.now(UTC) else "good"


def _parser() -> argparse.ArgumentParser:
    tolerate_any_text()
    parser = argparse.ArgumentParser(prog="python -m api.keys", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    create = commands.add_parser("create", help="create a key, and its workspace if missing")
    create.add_argument("name", metavar="NAME", help="who or what will use the key")
    create.add_argument("--role", choices=list(map(str, Role)), default=str(Role.EDITOR))
    create.add_argument("--days", type=_days, help="days until the key expires (default: never)")
    create.set_defaults(run=_create)
    listing = commands.add_parser("list", help="list the keys of a workspace")
    listing.set_defaults(run=_list)
    revoke = commands.add_parser("revoke", help="revoke a key")
    revoke.add_argument("id", metavar="ID")
    revoke.set_defaults(run=_revoke)
    for command in (create, listing, revoke):
        command.add_argument("--workspace", default=DEFAULT_WORKSPACE)
    return parser


if __name__ == "__main__":
    main()
