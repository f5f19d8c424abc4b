"""The columns of a stored table as the checks read them: each column once, and a sample of the rows of large tables."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gradus.facts import ColumnType
from gradus.wire.table import ColumnRecord
from preprocessing.column import Column, column_of_texts
from preprocessing.findings.question import Question
from preprocessing.table import ROW_GROUP, STACKED, Table

SAMPLE = 200_000
"""Largest number of rows that most checks look at, evenly spaced."""
SAMPLE_CELLS = 20_000_000
"""Largest number of cells in the sample. The checks keep it in memory, at 9 bytes a cell."""
WHOLE = 8_000_000
"""Largest number of rows that are hashed or coded one by one: larger tables are not checked for duplicates."""
NUMERIC: frozenset[ColumnType] = frozenset({"integer", "number", "date", "datetime"})


class Sheet:
    """A table, a question, and a sample of the rows."""

    def __init__(self, table: Table, question: Question) -> None:
        self.table, self.question = table, question
        most = min(SAMPLE, max(1000, SAMPLE_CELLS // max(1, len(table.read.columns))))
        self.rows = np.arange(0, table.rows, max(1, -(-table.rows // most)))
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
            self._columns |= self._sampled(self._together(name))
        return self._columns[name]

    def _together(self, name: str) -> list[str]:
        """This column and the following ones that are read in the same pass."""
        if self.table.record(name).type in STACKED:
            return [name]
        columns, first = self.columns, self.table.position(name)
        wanted = (
            i
            for i in range(first, len(columns))
            if columns[i].type not in STACKED and columns[i].name not in self._columns
        )
        return [columns[i].name for i in next(self.table.stored.groups(wanted, self.table.rows))]

    def _sampled(self, names: list[str]) -> dict[str, Column]:
        if self.table.rows == len(self.rows) or self.table.record(names[0]).type in STACKED:
            one = len(names) == 1
            whole = {names[0]: self.table.column(names[0])} if one else self.table.chunk(names, 0, self.table.rows)
            return {name: column.at(self.rows) for name, column in whole.items()}
        pieces: dict[str, list[Column]] = {name: [] for name in names}
        for first, chunk in self.table.chunks(names):
            chosen = self._rows_between(first, first + ROW_GROUP) - first
            for name, column in chunk.items():
                pieces[name].append(column.at(chosen))
        return {name: _joined(found, self.table.record(name).type) for name, found in pieces.items()}

    def _rows_between(self, first: int, last: int) -> NDArray[np.intp]:
        return self.rows[np.searchsorted(self.rows, first) : np.searchsorted(self.rows, last)]

    @property
    def is_whole(self) -> bool:
        """Whether the table is small enough for a hash or a code of every row."""
        return self.table.rows <= WHOLE

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


def _joined(pieces: list[Column], type_: ColumnType) -> Column:
    missing = np.concatenate([piece.missing for piece in pieces])
    if type_ != "text":
        return Column(np.concatenate([piece.values for piece in pieces]), missing)
    texts = [piece.categories[code] if code >= 0 else "" for piece in pieces for code in piece.values.tolist()]
    return column_of_texts(texts, missing)
