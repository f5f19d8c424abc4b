"""The databases that tests run on."""

from pathlib import Path

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from tests.servers.postgres import Postgres, running_postgres


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
