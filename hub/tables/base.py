"""The root of every table."""

from sqlalchemy.orm import DeclarativeBase


class Table(DeclarativeBase):
    """The root of every table."""
