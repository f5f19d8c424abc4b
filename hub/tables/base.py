"""The base class of all tables."""

from sqlalchemy.orm import DeclarativeBase


class Table(DeclarativeBase):
    """The base class of all tables."""
