"""Databases that one test uses after the other: to empty one takes less time than to copy another."""

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import make_url

from tests.servers.postgres import Postgres

_KEPT = "alembic_version"
_LOOKS = 5
_OTHERS = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
_SCHEMA = " UNION ALL ".join(
    f"SELECT count(*), max(xmin::text::bigint) FROM {catalog}"  # noqa: S608 (these)
    for catalog in ("pg_class", "pg_attribute", "pg_constraint", "pg_index", "pg_trigger", "pg_proc")
)
"""Differs after each change of the schema, which writes rows of the catalogs."""
_SIZE = "SELECT pg_database_size(current_database())"
_GROWN = 4 << 20
"""Bytes that deleted rows may take: those who search pass them."""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
_SEQUENCES = "SELECT sequencename, coalesce(last_value, start_value), last_value IS NOT NULL FROM pg_sequences"

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class _Database:
    url: str
    owner: Connection
    """Who empties it. To connect takes longer than to empty."""


class ReusedDatabases:
    """Copies of a template, each as new whenever it is taken."""

    def __init__(self, server: Postgres, template: str) -> None:
        self._server, self._template = server, template
        self._free: list[_Database] = []
        self._users = itertools.count()
        with _connected(server.url(template)) as connection:
            self._schema = connection.execute(_SCHEMA).fetchall()
            self._size = _one(connection, _SIZE)
            self._as_at_first = _as_now(connection)

    @contextmanager
    def copied(self) -> Iterator[str]:
        """The address of a copy that nobody has used, nor will."""
        url = self._server.create_database(self._template)
        yield url
        self._server.drop_database(url)

    @contextmanager
    def one(self) -> Iterator[str]:
        """Its address, with a user of its own: who connects too late, such as a worker that was between two tries, does
        not come into the next test's."""
        user = f"{self._template}_{next(self._users)}"
        database = self._taken(f"CREATE ROLE {user} SUPERUSER LOGIN")
        yield make_url(database.url).set(username=user).render_as_string(hide_password=False)
        if self._emptied(database.owner, f"ALTER ROLE {user} NOLOGIN"):
            self._free.append(database)
        else:
            database.owner.close()
            self._server.drop_database(database.url)

    def close(self) -> None:
        """Leave the databases to the server's end."""
        for database in self._free:
            database.owner.close()

    def _taken(self, beginning: str) -> _Database:
        """A free one if there is any, else a copy, where this statement was executed."""
        while self._free:
            database = self._free.pop()
            try:
                database.owner.execute(beginning.encode())
            except psycopg.OperationalError:  # the server has been restarted
                database.owner.close()
                self._server.drop_database(database.url)
            else:
                return database
        url = self._server.create_database(self._template)
        database = _Database(url, _connected(url))
        database.owner.execute(beginning.encode())
        return database

    def _emptied(self, connection: Connection, end: str) -> bool:
        """False if nobody should use it again: its schema has changed, it has grown, somebody is still connected, or
        the server has been restarted."""
        try:
            connection.execute(end.encode())
            if not _left(connection) or connection.execute(_SCHEMA).fetchall() != self._schema:
                return False
            if _one(connection, _SIZE) > self._size + _GROWN:
                return False
            connection.execute(self._as_at_first.encode())
        except psycopg.OperationalError:
            return False
        return True


def _as_now(connection: Connection) -> str:
    """Statements after which the database has the rows that it has now."""
    tables = [name for (name,) in connection.execute(_TABLES) if name != _KEPT]
    said = ["SET session_replication_role = replica", *(f"DELETE FROM {name}" for name in tables)]  # noqa: S608
    for name in tables:
        rows = _one(connection, f"SELECT quote_literal(json_agg(t)) FROM {name} t")  # noqa: S608
        if rows is not None:
            said.append(f"INSERT INTO {name} SELECT * FROM json_populate_recordset(NULL::{name}, {rows})")  # noqa: S608
    said += [f"SELECT setval('{name}', {last}, {called})" for name, last, called in connection.execute(_SEQUENCES)]
    return "; ".join(said)


def _left(connection: Connection) -> bool:
    """Whether nobody else is connected: a session ends a moment after it was closed."""
    for _ in range(_LOOKS):
        if _one(connection, _OTHERS) == 0:
            return True
        time.sleep(0.01)
    return False


def _one(connection: Connection, query: str) -> Any:
    (found,) = connection.execute(query.encode()).fetchone() or (None,)
    return found


def _connected(url: str) -> Connection:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)
