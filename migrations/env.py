"""How Alembic reaches the database."""

from alembic import context

from hub.database import Database
from hub.tables import Table

database = Database(context.config.attributes["url"])
with database.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_as_batch=connection.dialect.name == "sqlite",  # SQLite cannot alter a table; batch mode copies it
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
database.close()
