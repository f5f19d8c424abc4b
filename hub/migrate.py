"""Bring a database to the newest schema; `python -m hub.migrate` does it to that of the environment."""

from contextlib import closing
from typing import TYPE_CHECKING

from gradus.errors import Conflict
from gradus.streams import tolerate_any_text
from hub.database.database import Database
from hub.database.schema_version import NEWEST, SCRIPTS, mismatch, version
from hub.environment_errors import told
from hub.settings import Settings

if TYPE_CHECKING:  # it takes half a second to import, and most starts find the newest schema
    from alembic.config import Config


def upgrade(url: str, revision: str = "head") -> None:
    """Run every migration up to `revision` that the database has not seen.

    Raises:
        Conflict: it has seen some that this code does not know.
    """
    there = _known_version(url)
    if there != NEWEST:
        from alembic import command  # noqa: PLC0415

        command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take back every migration after `revision`; `base` leaves an empty database."""
    from alembic import command  # noqa: PLC0415

    command.downgrade(_config(url), revision)


def _known_version(url: str) -> str | None:
    with closing(Database(url)) as database, database.read() as session:
        there = version(session)
        if (there or "") > NEWEST:
            raise Conflict(str(mismatch(session)), code="database_schema")
    return there


def _config(url: str) -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))  # else interpolation
    config.attributes["url"] = url  # not an option: `%` in a password would be read as interpolation
    return config


if __name__ == "__main__":
    tolerate_any_text()
    with told():
        upgrade(Settings.from_env().database_url)
