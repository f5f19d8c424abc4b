"""The schema: migrated up and down, and equal to the tables in the code."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from hub.database.database import Database
from hub.migrate import downgrade, upgrade
from hub.tables import Table


def test_the_newest_schema_is_the_one_of_the_tables(database_url: str) -> None:
    upgrade(database_url)
    database = Database(database_url)
    with database.engine.connect() as connection:
        types = connection.dialect.name == "postgresql"  # SQLite knows affinities, not types
        context = MigrationContext.configure(connection, opts={"compare_type": types})
        assert compare_metadata(context, Table.metadata) == []
    database.close()


def test_every_migration_can_be_taken_back_and_done_again(database_url: str) -> None:
    upgrade(database_url)
    downgrade(database_url, "base")
    database = Database(database_url)
    with database.engine.connect() as connection:
        tables = connection.dialect.get_table_names(connection)
    database.close()
    assert set(tables) <= {"alembic_version"}
    upgrade(database_url)
