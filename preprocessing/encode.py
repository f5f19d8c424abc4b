"""The inputs of a network from the columns of a table, by an encoding that was fitted to the training rows.

Arithmetic is in float64 and rounded once to float32. Values that do not occur in the training rows are defined, too. A
missing number is filled with the fitted value even if no training row lacked one. The inputs of a missing category,
date or flag are 0 if no row of the data set has a missing value. For rare and unseen categories see
`preprocessing.categories`, for numbers beyond the training range `preprocessing.numbers`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, assert_never

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from gradus.encoding import PREPROCESSING_FILE
from gradus.facts import ColumnType
from preprocessing.calendar import FittedDate, encode_date
from preprocessing.categories import FittedHash, FittedOneHot, FittedOrdinal, encode_category
from preprocessing.column import Column
from preprocessing.fitted_model import FittedModel
from preprocessing.missing import filled
from preprocessing.numbers import FittedScaling, scale
from preprocessing.pixels import FittedArray, FittedBytes, encode_array, encode_bytes
from preprocessing.to_float32 import to_float32


class FittedNumber(FittedModel):
    """A number: filled in where missing, then scaled; with `flag` followed by an input that is 1 where it is missing.
    Infinities count as missing."""

    kind: Literal["number"] = "number"
    column: str
    type: ColumnType
    scaling: FittedScaling
    fill: float | None
    """The value for a missing number, in the column's own units; null if missing values are refused."""
    flag: bool
    least: float | None
    """Least value in the training rows; null if there is none."""
    largest: float | None
    missing_rows: int | None = None
    """Number of training rows without a value; null, in files of older versions, if not known."""

    @property
    def width(self) -> int:
        """Number of inputs."""
        return 1 + self.flag


class FittedStandardized(FittedModel):
    """(x - mean) / deviation of each scaled input x, in float32: `standardize` of a built-in data set."""

    kind: Literal["standardized"] = "standardized"
    scaled: FittedNumber | FittedBytes | FittedArray = Field(discriminator="kind")
    mean: tuple[float, ...]
    deviation: tuple[float, ...]

    @property
    def column(self) -> str:
        """The name of the column."""
        return self.scaled.column

    @property
    def width(self) -> int:
        """Number of inputs."""
        return self.scaled.width


FittedColumn = Annotated[
    FittedNumber
    | FittedOneHot
    | FittedOrdinal
    | FittedHash
    | FittedDate
    | FittedBytes
    | FittedArray
    | FittedStandardized,
    Field(discriminator="kind"),
]


class Fitted(FittedModel):
    """A fitted preprocessing: everything that turns a row into the inputs of the network."""

    format: Literal[1] = 1
    digest: str
    """The digest of the table that it was fitted to, or the name of a built-in data set."""
    columns: tuple[FittedColumn, ...]
    """The fitted columns, in the order of their inputs."""

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


def transform(fitted: Fitted, rows: Mapping[str, Column]) -> NDArray[np.float32]:
    """The inputs of rows, (n, inputs), from the values of their columns by name.

    Raises:
        MissingInput: a value is missing in a column that refuses missing values.
    """
    n = len(rows[fitted.columns[0].column].missing)
    out = np.empty((n, fitted.inputs), dtype=np.float32)
    start = 0
    for column in fitted.columns:
        _encode(column, rows[column.column], out[:, start : start + column.width])
        start += column.width
    return out


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
        case FittedStandardized():
            _encode(fitted.scaled, values, out)
            out -= np.array(fitted.mean, dtype=np.float32)
            out /= np.array(fitted.deviation, dtype=np.float32)
        case _:
            assert_never(fitted)


def _encode_number(fitted: FittedNumber, values: Column, out: NDArray[np.float32]) -> None:
    x = values.values.astype(np.float64)
    missing = values.missing | ~np.isfinite(x)
    out[:, 0] = to_float32(scale(fitted.scaling, filled(x, missing, fitted.fill, fitted.column)))
    if fitted.flag:
        out[:, 1] = missing
