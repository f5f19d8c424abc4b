"""Alembic's environment. Each migration is one transaction, on SQLite too."""

from alembic import context
from sqlalchemy import Connection

from hub.database.database import Database
from hub.tables import Table


def run(connection: Connection) -> None:
    """Run the requested migrations."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        # SQLite cannot alter tables, so batch mode copies them. With foreign keys on, dropping the old table would
        # delete the rows that refer to it. The setting can be changed only outside of a transaction.
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
        raise RuntimeError(f"after the migration, a row of {broken[0]} refers to a missing row of {broken[2]}")


database = Database(context.config.attributes["url"])
with database.engine.connect() as connection:
    run(connection)
database.close()
