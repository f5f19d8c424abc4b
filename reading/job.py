"""What every reader is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb

from reading.report import Report
from reading.request import Limits, ReadRequest
from reading.stored.connection import connect
from reading.target import check_target


@dataclass(frozen=True)
class Job:
    """A reading in progress."""

    request: ReadRequest
    report: Report

    @property
    def limits(self) -> Limits:
        """Its limits."""
        return self.request.limits

    @property
    def folder(self) -> Path:
        """The folder that becomes the stored table."""
        return self.request.out

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """A DuckDB that knows the files of this reading alone."""
        return connect(self.folder, [file.path for file in self.request.files])

    def close(self) -> None:
        """Close what it opened."""
        if "connection" in self.__dict__:
            self.connection.close()

    def check_names(self, names: Sequence[str]) -> None:
        """Check that the names of the columns are those that the request needs. Readers call this as soon as they know
        them, before they read all rows.

        Raises:
            ReadingFailed: a target column is missing.
        """
        check_target(self.request.target, names)

    def bytes_progress(self, done: int, total: int) -> None:
        """Report bytes that are read."""
        self.report.progress("reading", done, total, "bytes")
