"""Bring a database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config

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
