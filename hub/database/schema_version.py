"""The schema version of a database, and the version that this code needs."""

from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

SCRIPTS = Path(__file__).parents[2] / "migrations"
NEWEST = max(script.name.partition("_")[0] for script in (SCRIPTS / "versions").glob("[0-9]*.py"))
"""The newest migration's number, from the file names: importing Alembic would take half a second."""
_RUN = "run `python -m hub.migrate`"


def mismatch(session: Session) -> str | None:
    """Why this code cannot work with the database, in one sentence; None if the schema version fits."""
    present = version(session)
    if present == NEWEST:
        return None
    if present is None:
        return f"the database has no tables yet: {_RUN}"
    if present < NEWEST:
        return f"the database has schema {present}, but this version of Gradus needs {NEWEST}: {_RUN}"
    return f"the database has schema {present}, newer than {NEWEST}, which this Gradus supports: update Gradus"


def version(session: Session) -> str | None:
    """The number of the database's last migration; None before the first."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    number: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    return number
