"""Fits the encoding of a table's columns to its training rows."""

from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from gradus.encoding import InputColumn, input_columns
from gradus.facts import TableFacts
from gradus.roles import TableWords
from gradus.spec.calendar import Calendar, Elapsed
from gradus.spec.categories import Embedding, Hashed, OneHot, Ordinal
from gradus.spec.numbers import MinMax, NoScaling, Quantile, Robust, SignedLog, Standard
from preprocessing.calendar import fit_date
from preprocessing.categories import fit_category
from preprocessing.column import Column
from preprocessing.encode import Fitted, FittedColumn, FittedNumber
from preprocessing.missing import fit_fill
from preprocessing.numbers import cut, fit_scaling
from preprocessing.pixels import FittedBytes, fit_array
from preprocessing.table import Table


def fit(words: TableWords, facts: TableFacts, table: Table, rows: NDArray[np.intp]) -> Fitted:
    """The preprocessing fitted to the training rows, which are positions in the table.

    Raises:
        Misfit: an encoding does not fit its column.
    """
    columns = tuple(_fit(column, table, rows) for column in input_columns(words, facts))
    return Fitted(digest=table.read.digest, columns=columns)


def _fit(column: InputColumn, table: Table, rows: NDArray[np.intp]) -> FittedColumn:
    facts, encoding = column.facts, column.encoding
    values = table.column(facts.name)
    match encoding:
        case None:
            return FittedBytes(column=facts.name, width=int(np.prod(facts.shape or ())), shape=facts.shape)
        case OneHot() | Ordinal() | Hashed() | Embedding():
            return fit_category(column, encoding, _taken(values, rows))
        case Calendar() | Elapsed():
            return fit_date(column, encoding.kind, _taken(values, rows))
        case MinMax() | Standard() | Robust() | Quantile() | SignedLog() | NoScaling():
            if facts.type == "array":
                return fit_array(column, encoding, values.values, rows)
            numbers = _taken(values, rows).values.astype(np.float64)
            present = cut(numbers[~values.missing[rows] & np.isfinite(numbers)])
            return FittedNumber(
                column=facts.name,
                type=facts.type,
                scaling=fit_scaling(encoding, present),
                fill=fit_fill(column.missing, present),
                flag=column.has_flag,
                least=float(present.min()) if len(present) else None,
                largest=float(present.max()) if len(present) else None,
                missing_rows=int(values.missing[rows].sum()),
            )
        case _:
            assert_never(encoding)


def _taken(column: Column, rows: NDArray[np.intp]) -> Column:
    return Column(column.values[rows], column.missing[rows], column.categories)
