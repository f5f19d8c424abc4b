"""How Alembic reaches the database. Each migration is done whole or not at all, on SQLite too."""

from alembic import context
from sqlalchemy import Connection

from hub.database.database import Database
from hub.tables import Table


def run(connection: Connection) -> None:
    """Every migration that was asked for."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:  # it cannot alter a table; batch mode copies it, and with foreign keys on, dropping the old one would
        # delete the rows that refer to it. Outside a transaction, where alone the setting can be changed.
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_as_batch=sqlite,
        transactional_ddl=True,
        transaction_per_migration=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
        raise RuntimeError(f"after the migration a row of {broken[0]} refers to nothing in {broken[2]}")


database = Database(context.config.attributes["url"])
with database.engine.connect() as connection:
    run(connection)
database.close()
