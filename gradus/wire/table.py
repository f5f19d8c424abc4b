"""The columns and files of a data set's version in the server's responses."""

from typing import Any

from pydantic import Field

from gradus.facts import ColumnFacts, FileFacts
from gradus.wire.finding import Finding
from gradus.wire.message import Message


class ColumnRecord(ColumnFacts):
    """A column: its facts, and how its type was decided."""

    examples: tuple[str, ...] = ()
    """A few of its values, as in the file."""
    evidence: dict[str, Any] = Field(default={})
    """Its cells by kind, e.g. `{"cells": 30001, "integer": 30000, "leading_zero": 1, "first": {"line", "text"}}`."""
    would_be: dict[str, str] = Field(default={})
    """Other types, each with the condition under which the column would have it."""


class LeftOut(Message):
    """A row, picture or member that was left out."""

    file: str
    line: int | None = None
    """Line number, from 1, if the file has lines."""
    reason: str
    text: str = ""
    """At most 80 characters of the row."""


class LeftOutRows(Message):
    """What was left out: rows in the files = rows kept + rows left out."""

    count: int = 0
    listed: tuple[LeftOut, ...] = ()
    """The first of them, at most 100."""


class ReadTable(Message):
    """The result of reading a version's files."""

    parse: dict[str, Any]
    """The resolved options of reading: every one is written out."""
    guessed: dict[str, str] = Field(default={})
    """For each option of `parse` that was guessed, the evidence, in a sentence."""
    rows: int
    columns: tuple[ColumnRecord, ...]
    files: tuple[FileFacts, ...]
    left_out: LeftOutRows = LeftOutRows()
    findings: tuple[Finding, ...] = ()
    """Findings from the reading itself, such as columns with the same name."""
    digest: str

    @property
    def label(self) -> str | None:
        """The column with the label of each picture: the only column besides pictures and their file names. Null if
        there are no pictures, or several such columns."""
        if [column.type for column in self.columns].count("image") != 1:
            return None
        beside = [column.name for column in self.columns if column.type != "image" and column.name != "file"]
        return beside[0] if len(beside) == 1 else None
