"""Which schema a database has, and which one this code was written for."""

from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

SCRIPTS = Path(__file__).parents[2] / "migrations"
NEWEST = max(script.name.partition("_")[0] for script in (SCRIPTS / "versions").glob("[0-9]*.py"))
"""The newest migration's number. From the files' names: Alembic takes half a second to import."""
_RUN = "run `python -m hub.migrate`"


def mismatch(session: Session) -> str | None:
    """Why this code cannot work with the database, in a sentence; None if the schema is the one that it knows."""
    there = version(session)
    if there == NEWEST:
        return None
    if there is None:
        return f"the database has no tables yet: {_RUN}"
    if there < NEWEST:
        return f"the database has the schema {there}, older than {NEWEST}, which this version of Gradus needs: {_RUN}"
    return (
        f"the database has the schema {there}, newer than {NEWEST}, which this version of Gradus knows: update Gradus"
    )


def version(session: Session) -> str | None:
    """The number of the last migration that it has seen; None before the first."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    number: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    return number
