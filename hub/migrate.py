"""Migrates a database to the newest schema; `python -m hub.migrate` migrates the database of the environment."""

from contextlib import closing
from typing import TYPE_CHECKING

from gradus.errors import Conflict
from gradus.streams import tolerate_any_text
from hub.database.database import Database
from hub.database.schema_version import NEWEST, SCRIPTS, mismatch, version
from hub.environment_errors import exit_on_environment_error
from hub.settings import Settings

if TYPE_CHECKING:  # importing Alembic takes half a second, and most databases are up to date
    from alembic.config import Config


def upgrade(url: str, revision: str = "head") -> None:
    """Run all pending migrations up to `revision`.

    Raises:
        Conflict: the database has migrations that this code does not know.
    """
    present = _known_version(url)
    if present != NEWEST:
        from alembic import command  # noqa: PLC0415

        command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Revert all migrations after `revision`; `base` leaves an empty database."""
    from alembic import command  # noqa: PLC0415

    command.downgrade(_config(url), revision)


def _known_version(url: str) -> str | None:
    with closing(Database(url)) as database, database.read() as session:
        present = version(session)
        if (present or "") > NEWEST:
            raise Conflict(str(mismatch(session)), code="database_schema")
    return present


def _config(url: str) -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))  # `%` would be read as interpolation
    config.attributes["url"] = url  # not an option: `%` in a password would be read as interpolation
    return config


if __name__ == "__main__":
    tolerate_any_text()
    with exit_on_environment_error():
        upgrade(Settings.from_env().database_url)
