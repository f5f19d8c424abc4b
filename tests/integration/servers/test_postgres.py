"""The databases that tests run on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from tests.servers.postgres import Postgres, running_postgres
from tests.servers.reused import ReusedDatabases

GROWTH = "INSERT INTO note (body) SELECT repeat('x', 1000) FROM generate_series(1, 8000)"


def test_each_test_has_an_empty_database(database_url: str) -> None:
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == []
        connection.execute(text("CREATE TABLE note (body TEXT)"))
        connection.execute(text("INSERT INTO note VALUES ('ü')"))
        assert connection.execute(text("SELECT body FROM note")).scalar_one() == "ü"


def test_a_database_can_be_copied_from_another(postgres: Postgres) -> None:
    base = create_engine(postgres.create_database(), poolclass=NullPool)
    with base.begin() as connection:
        connection.execute(text("CREATE TABLE note (body TEXT)"))
    copy = create_engine(postgres.create_database(template=str(base.url.database)), poolclass=NullPool)
    with copy.connect() as connection:
        assert inspect(connection).get_table_names() == ["note"]


def test_nothing_is_left_of_a_server() -> None:
    with running_postgres() as server:
        pid, folder = server.pid, Path(server.url().partition("host=")[2])
        assert folder.exists()
    assert not Path(f"/proc/{pid}").exists()
    assert not folder.exists()


@pytest.fixture
def databases(postgres: Postgres) -> Iterator[ReusedDatabases]:
    """Copies of a database whose only row is a note."""
    url = postgres.create_database()
    _do(url, "CREATE TABLE note (id serial PRIMARY KEY, body TEXT)", "INSERT INTO note (body) VALUES ('it''s ü')")
    databases = ReusedDatabases(postgres, str(make_url(url).database))
    yield databases
    databases.close()


def _do(url: str, *statements: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _notes(url: str) -> list[tuple[int, str]]:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return [(number, body) for number, body in connection.execute(text("SELECT id, body FROM note ORDER BY id"))]


def _name(url: str) -> str | None:
    return make_url(url).database


def test_a_database_that_is_used_again_is_as_new(databases: ReusedDatabases) -> None:
    with databases.one() as first:
        _do(first, "DELETE FROM note", "INSERT INTO note (body) VALUES ('a'), ('b')")
    with databases.one() as again:
        assert _name(again) == _name(first)
        assert _notes(again) == [(1, "it's ü")]
        _do(again, "INSERT INTO note (body) VALUES ('next')")
        assert _notes(again)[1:] == [(2, "next")]


@pytest.mark.parametrize(
    "change",
    ["ALTER TABLE note ADD COLUMN more TEXT", "CREATE INDEX other ON note (body)", "DROP TABLE note", GROWTH],
)
def test_a_database_is_not_used_again_when_its_schema_has_changed_or_it_has_grown(
    databases: ReusedDatabases, change: str
) -> None:
    with databases.one() as first:
        _do(first, change)
    with databases.one() as other:
        assert _name(other) != _name(first)
        assert _notes(other) == [(1, "it's ü")]


def test_a_database_is_not_used_again_while_somebody_is_connected(databases: ReusedDatabases) -> None:
    with databases.one() as first:
        session = create_engine(first, poolclass=NullPool).connect()
        session.execute(text("SELECT 1"))
    with databases.one() as other:
        assert _name(other) != _name(first)
    session.invalidate()
    session.close()


def test_who_connects_late_does_not_come_into_the_next_one_s_database(databases: ReusedDatabases) -> None:
    with databases.one() as first:
        _do(first, "DELETE FROM note")
    with databases.one() as again:
        assert _name(again) == _name(first)
        with pytest.raises(OperationalError, match="not permitted to log in"):
            _do(first, "DELETE FROM note")
        assert _notes(again) == [(1, "it's ü")]


def test_a_copy_is_dropped_after_its_use(databases: ReusedDatabases) -> None:
    with databases.copied() as url:
        assert _notes(url) == [(1, "it's ü")]
    with pytest.raises(OperationalError, match="does not exist"):
        _notes(url)
