"""The columns of a stored table as the checks read them: each column once, and a sample of the rows of large tables."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gradus.facts import ColumnType
from gradus.wire.table import ColumnRecord
from preprocessing.findings.question import Question
from preprocessing.table import Column, Table

SAMPLE = 200_000
"""Largest number of rows that the checks look at, evenly spread; duplicates are sought in all rows."""
NUMERIC: frozenset[ColumnType] = frozenset({"integer", "number", "date", "datetime"})


class Sheet:
    """A table, a question, and a sample of the rows."""

    def __init__(self, table: Table, question: Question) -> None:
        self.table, self.question = table, question
        self.rows = np.arange(0, table.rows, max(1, -(-table.rows // SAMPLE)))
        """The rows of the sample."""
        self._columns: dict[str, Column] = {}

    @property
    def columns(self) -> tuple[ColumnRecord, ...]:
        """Every column."""
        return self.table.read.columns

    @cached_property
    def inputs(self) -> tuple[ColumnRecord, ...]:
        """The columns that are learned from."""
        special = {self.question.target, self.question.group, self.question.time}
        return tuple(
            column
            for column in self.columns
            if column.name not in special and column.name not in self.question.ignored and column.role is None
        )

    def column(self, name: str) -> Column:
        """The sample of a column."""
        if name not in self._columns:
            whole = self.table.column(name)
            self._columns[name] = Column(whole.values[self.rows], whole.missing[self.rows], whole.categories)
        return self._columns[name]

    def numbers(self, name: str) -> NDArray[np.float64]:
        """The sample of a number, date or boolean column as numbers; NaN where missing."""
        column = self.column(name)
        return np.where(column.missing, np.nan, column.values.astype(np.float64))

    def texts(self, name: str) -> list[str]:
        """The distinct texts of a text column."""
        return list(self.column(name).categories)

    @cached_property
    def target(self) -> NDArray[np.float64] | None:
        """The target of a regression, NaN where missing; None for other tasks."""
        name = self.question.target
        return self.numbers(name) if name is not None and self.question.task == "regression" else None

    @cached_property
    def classes(self) -> tuple[NDArray[np.int64], tuple[str, ...]] | None:
        """The class of each row of the sample, -1 where missing, and the classes' names; None for other tasks."""
        name = self.question.target
        if name is None or self.question.task != "classification":
            return None
        column = self.column(name)
        if self.table.record(name).type == "text":
            return column.values.astype(np.int64), column.categories
        names, codes = np.unique(column.values[~column.missing], return_inverse=True)
        found = np.full(len(column.values), -1, dtype=np.int64)
        found[~column.missing] = codes
        return found, tuple(str(name).lower() if name.dtype == np.bool_ else str(name) for name in names)
