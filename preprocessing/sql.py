"""Quoting of SQL strings and identifiers."""

from pathlib import Path


def quoted(text: str | Path) -> str:
    """The text as an SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """The name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
