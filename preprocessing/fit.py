"""Fits the encoding of a table's columns to its training rows."""

from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from gradus.encoding import InputColumn, input_columns
from gradus.facts import TableFacts
from gradus.roles import TableWords
from gradus.spec.calendar import Calendar, Elapsed
from gradus.spec.categories import Embedding, Hashed, OneHot, Ordinal
from gradus.spec.numbers import MinMax, NoScaling, NumberEncoding, Quantile, Robust, SignedLog, Standard
from preprocessing.calendar import fit_date
from preprocessing.categories import fit_category
from preprocessing.column import Column
from preprocessing.encode import Fitted, FittedColumn, FittedNumber
from preprocessing.missing import fit_fill
from preprocessing.numbers import cut, fit_scaling
from preprocessing.pixels import FittedBytes, fit_array
from preprocessing.table import STACKED, Table


def fit(words: TableWords, facts: TableFacts, table: Table, rows: NDArray[np.intp]) -> Fitted:
    """The preprocessing fitted to the training rows, which are ascending positions in the table.

    Takes about 40 bytes for each training row: the values of one column and copies of them, such as a sorted one.

    Raises:
        Misfit: an encoding does not fit its column.
    """
    inputs = input_columns(words, facts)
    taken = table.taken([column.facts.name for column in inputs if column.facts.type not in STACKED], rows)
    columns = tuple(
        _fit_stack(column, table, rows) if column.facts.type in STACKED else _fit(column, next(taken)[1])
        for column in inputs
    )
    return Fitted(digest=table.read.digest, columns=columns)


def _fit_stack(column: InputColumn, table: Table, rows: NDArray[np.intp]) -> FittedColumn:
    facts, encoding = column.facts, column.encoding
    if encoding is None:
        return FittedBytes(column=facts.name, width=int(np.prod(facts.shape or ())), shape=facts.shape)
    assert isinstance(encoding, NumberEncoding)
    return fit_array(column, encoding, table.column(facts.name).values, rows)


def _fit(column: InputColumn, values: Column) -> FittedColumn:
    """The encoding fitted to the values of the training rows."""
    facts, encoding = column.facts, column.encoding
    match encoding:
        case None:
            raise AssertionError(facts.type)
        case OneHot() | Ordinal() | Hashed() | Embedding():
            return fit_category(column, encoding, values)
        case Calendar() | Elapsed():
            return fit_date(column, encoding.kind, values)
        case MinMax() | Standard() | Robust() | Quantile() | SignedLog() | NoScaling():
            numbers = values.values.astype(np.float64, copy=False)
            present = cut(numbers[~values.missing & np.isfinite(numbers)])
            return FittedNumber(
                column=facts.name,
                type=facts.type,
                scaling=fit_scaling(encoding, present),
                fill=fit_fill(column.missing, present),
                flag=column.has_flag,
                least=float(present.min()) if len(present) else None,
                largest=float(present.max()) if len(present) else None,
                missing_rows=int(values.missing.sum()),
            )
        case _:
            assert_never(encoding)
