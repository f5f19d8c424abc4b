"""The inputs of a network from the columns of a table: fitted to the training rows, then applied to any rows.

Arithmetic is in float64 and rounded once to float32. What the training rows did not show has a defined answer: a
missing number becomes the fitted one although no training row missed it; a missing category, date or flag that no row
of the data set has is 0; for rare and unseen categories see `preprocessing.categories`, for numbers beyond the training
range `preprocessing.numbers`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, assert_never

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from gradus.encoding import PREPROCESSING_FILE, InputColumn, input_columns
from gradus.facts import ColumnType, TableFacts
from gradus.roles import TableWords
from gradus.spec.calendar import Calendar, Elapsed
from gradus.spec.categories import Embedding, Hashed, OneHot, Ordinal
from gradus.spec.numbers import MinMax, NoScaling, Quantile, Robust, SignedLog, Standard
from preprocessing.calendar import FittedDate, encode_date, fit_date
from preprocessing.categories import FittedHash, FittedOneHot, FittedOrdinal, encode_category, fit_category
from preprocessing.fitted_model import FittedModel
from preprocessing.missing import filled, fit_fill
from preprocessing.numbers import FittedScaling, cut, fit_scaling, scale
from preprocessing.pixels import FittedArray, FittedBytes, encode_array, encode_bytes, fit_array
from preprocessing.table import Column, Table
from preprocessing.to_float32 import to_float32


class FittedNumber(FittedModel):
    """A number: filled in where missing, scaled; then a flag that is 1 where it is missing. Infinities are missing."""

    kind: Literal["number"] = "number"
    column: str
    type: ColumnType
    scaling: FittedScaling
    fill: float | None
    """In the column's own units; null if a missing value is refused."""
    flag: bool
    least: float | None
    """Least value in the training rows; null if there is none."""
    largest: float | None

    @property
    def width(self) -> int:
        """Number of inputs."""
        return 1 + self.flag


FittedColumn = Annotated[
    FittedNumber | FittedOneHot | FittedOrdinal | FittedHash | FittedDate | FittedBytes | FittedArray,
    Field(discriminator="kind"),
]


class Fitted(FittedModel):
    """A fitted preprocessing: everything that turns a row into the inputs of the network."""

    format: Literal[1] = 1
    digest: str
    """Digest of the table that it was fitted to."""
    columns: tuple[FittedColumn, ...]
    """In the order of the inputs."""

    @property
    def inputs(self) -> int:
        """Number of inputs."""
        return sum(column.width for column in self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns that it reads."""
        return tuple(column.column for column in self.columns)

    @property
    def is_bytes(self) -> bool:
        """Whether every input is a byte divided by 255."""
        return all(isinstance(column, FittedBytes) for column in self.columns)


def write_fitted(fitted: Fitted, folder: Path) -> None:
    """Write `preprocessing.json` into a folder."""
    (folder / PREPROCESSING_FILE).write_text(fitted.model_dump_json(indent=1), encoding="utf-8")


def read_fitted(folder: Path) -> Fitted:
    """Read `preprocessing.json`."""
    return Fitted.model_validate_json((folder / PREPROCESSING_FILE).read_bytes())


def fit(words: TableWords, facts: TableFacts, table: Table, rows: NDArray[np.intp]) -> Fitted:
    """The preprocessing fitted to the training rows, which are positions in the table.

    Raises:
        Misfit: an encoding does not fit its column.
    """
    columns = tuple(_fit(column, table, rows) for column in input_columns(words, facts))
    return Fitted(digest=table.read.digest, columns=columns)


def transform(fitted: Fitted, rows: Mapping[str, Column]) -> NDArray[np.float32]:
    """The inputs of rows, (n, inputs), from the values of their columns by name.

    Raises:
        MissingInput: a value is missing in a column in which that is refused.
    """
    n = len(rows[fitted.columns[0].column].missing)
    out = np.empty((n, fitted.inputs), dtype=np.float32)
    start = 0
    for column in fitted.columns:
        _encode(column, rows[column.column], out[:, start : start + column.width])
        start += column.width
    return out


def _fit(column: InputColumn, table: Table, rows: NDArray[np.intp]) -> FittedColumn:
    facts, encoding = column.facts, column.encoding
    values = table.column(facts.name)
    match encoding:
        case None:
            return FittedBytes(column=facts.name, width=int(np.prod(facts.shape or ())))
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
            )
        case _:
            assert_never(encoding)


def _encode(fitted: FittedColumn, values: Column, out: NDArray[np.float32]) -> None:
    match fitted:
        case FittedNumber():
            _encode_number(fitted, values, out)
        case FittedOneHot() | FittedOrdinal() | FittedHash():
            encode_category(fitted, values, out)
        case FittedDate():
            encode_date(fitted, values, out)
        case FittedBytes():
            encode_bytes(values, out)
        case FittedArray():
            encode_array(fitted, values, out)
        case _:
            assert_never(fitted)


def _encode_number(fitted: FittedNumber, values: Column, out: NDArray[np.float32]) -> None:
    x = values.values.astype(np.float64)
    missing = values.missing | ~np.isfinite(x)
    out[:, 0] = to_float32(scale(fitted.scaling, filled(x, missing, fitted.fill, fitted.column)))
    if fitted.flag:
        out[:, 1] = missing


def _taken(column: Column, rows: NDArray[np.intp]) -> Column:
    return Column(column.values[rows], column.missing[rows], column.categories)
