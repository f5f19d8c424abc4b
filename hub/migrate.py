"""Bring a database to the newest schema; `python -m hub.migrate` does it to that of the environment."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from hub.settings import Settings

SCRIPTS = Path(__file__).parent.parent / "migrations"


def upgrade(url: str, revision: str = "head") -> None:
    """Run every migration up to `revision` that the database has not seen."""
    command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take back every migration after `revision`; `base` leaves an empty database."""
    command.downgrade(_config(url), revision)


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["url"] = url  # not an option: `%` in a password would be read as interpolation
    return config


if __name__ == "__main__":
    upgrade(Settings.from_env().database_url)
