"""Bring a database to the newest schema; `python -m hub.migrate` does it to that of the environment."""

from contextlib import closing

from alembic import command
from alembic.config import Config

from gradus.errors import Conflict
from gradus.streams import tolerate_any_text
from hub.database.database import Database
from hub.database.schema_version import NEWEST, SCRIPTS, mismatch, version
from hub.environment_errors import told
from hub.settings import Settings


def upgrade(url: str, revision: str = "head") -> None:
    """Run every migration up to `revision` that the database has not seen.

    Raises:
        Conflict: it has seen some that this code does not know.
    """
    _refuse_newer(url)
    command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take back every migration after `revision`; `base` leaves an empty database."""
    command.downgrade(_config(url), revision)


def _refuse_newer(url: str) -> None:
    with closing(Database(url)) as database, database.read() as session:
        if (version(session) or "") > NEWEST:
            raise Conflict(str(mismatch(session)), code="database_schema")


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))  # else interpolation
    config.attributes["url"] = url  # not an option: `%` in a password would be read as interpolation
    return config


if __name__ == "__main__":
    tolerate_any_text()
    with told():
        upgrade(Settings.from_env().database_url)
