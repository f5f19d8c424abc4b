"""The end of every reading: records, digest and the file that has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from gradus.facts import FileFacts
from gradus.wire.finding import Finding
from gradus.wire.table import LeftOut, LeftOutRows, ReadTable
from preprocessing.digest import digest_of
from preprocessing.stored_columns import StoredColumns
from preprocessing.table import FACTS, Table
from reading.failure import ReadingFailed
from reading.stored.columns import Described, records

LISTED = 100
"""Rows left out that are listed."""


@dataclass(frozen=True)
class Outcome:
    """What a reader knows once the rows and stacks are written."""

    columns: Sequence[Described]
    files: Sequence[FileFacts]
    parse: Mapping[str, Any]
    """The resolved options."""
    guessed: Mapping[str, str] = field(default_factory=dict)
    left_out: Sequence[LeftOut] = ()
    left_out_count: int | None = None
    """The number of all left-out rows, if more were left out than are listed."""
    findings: Sequence[Finding] = ()


def finish(connection: duckdb.DuckDBPyConnection, folder: Path, outcome: Outcome) -> ReadTable:
    """Complete a stored table.

    Raises:
        ReadingFailed: it has no rows.
    """
    rows = sum(file.rows for file in outcome.files)
    if not rows:
        raise ReadingFailed("no_rows", "The files have no rows: there is nothing to train on.")
    left_out = tuple(outcome.left_out)
    count = len(left_out) if outcome.left_out_count is None else outcome.left_out_count
    stored = StoredColumns(folder, [column.type for column in outcome.columns])
    read = ReadTable(
        parse=dict(outcome.parse),
        guessed=dict(outcome.guessed),
        rows=rows,
        columns=records(connection, folder, stored, outcome.columns, rows),
        files=tuple(outcome.files),
        left_out=LeftOutRows(count=count, listed=left_out[:LISTED]),
        findings=tuple(outcome.findings),
        digest="",
    )
    return with_digest(read, folder, stored)


def with_digest(read: ReadTable, folder: Path, stored: StoredColumns) -> ReadTable:
    """The record of the table in this folder, completed by the digest of its columns; also written to the folder."""
    complete = read.model_copy(update={"digest": digest_of(Table(folder, read, stored))})
    (folder / FACTS).write_text(complete.model_dump_json(), encoding="utf-8")
    return complete
