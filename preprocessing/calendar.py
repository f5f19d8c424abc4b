"""Encoding of dates and times, as specified by `gradus.spec.calendar`.

A missing date is 0 in all inputs. Times are taken in the zone in which they are stored: UTC, or local time if the file
named no zone.
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gradus.encoding import InputColumn
from gradus.facts import ColumnType
from preprocessing.column import Column
from preprocessing.fitted_model import FittedModel
from preprocessing.numbers import FittedScaling, Numbers, fit_scaling, scale
from preprocessing.to_float32 import to_float32

MICROSECONDS_PER_DAY = 86_400_000_000


class FittedDate(FittedModel):
    """The inputs: scaled days since `origin`. Then, for `calendar`, the sine and cosine of 2πs for each of these shares
    s: (month - 1) / 12, weekday / 7 from Monday and, for a datetime, time of day / 24 h. Last a flag that is 1 where
    the date is missing."""

    kind: Literal["calendar", "elapsed"]
    column: str
    type: ColumnType
    origin: int
    """The earliest date of the training rows: in days since 1970-01-01 for a date, in microseconds for a datetime."""
    scaling: FittedScaling
    """Scaling of the days."""
    flag: bool

    @property
    def width(self) -> int:
        """Number of inputs."""
        cycles = 0 if self.kind == "elapsed" else 3 if self.type == "datetime" else 2
        return 1 + 2 * cycles + self.flag


def fit_date(column: InputColumn, kind: Literal["calendar", "elapsed"], values: Column) -> FittedDate:
    """The encoding fitted to the values of the training rows."""
    present = values.values[~values.missing]
    origin = int(present.min()) if len(present) else 0
    type_ = column.facts.type
    scaling = fit_scaling(column.scaling, _days(present, origin, type_))
    return FittedDate(
        kind=kind, column=column.facts.name, type=type_, origin=origin, scaling=scaling, flag=column.has_flag
    )


def encode_date(fitted: FittedDate, values: Column, out: NDArray[np.float32]) -> None:
    """Write the inputs of the rows, (n, width)."""
    columns = [to_float32(scale(fitted.scaling, _days(values.values, fitted.origin, fitted.type)))]
    if fitted.kind == "calendar":
        for share in _cycles(values.values, fitted.type):
            columns += [np.sin(2 * np.pi * share), np.cos(2 * np.pi * share)]
    for place, column in enumerate(columns):
        out[:, place] = np.where(values.missing, 0, column)
    if fitted.flag:
        out[:, -1] = values.missing


def _days(values: NDArray[Any], origin: int, type_: ColumnType) -> Numbers:
    since = (values - origin).astype(np.float64)
    return since / MICROSECONDS_PER_DAY if type_ == "datetime" else since


def _cycles(values: NDArray[Any], type_: ColumnType) -> list[Numbers]:
    """The fractions of the year (in months), of the week and, for a datetime, of the day that have passed."""
    days = values // MICROSECONDS_PER_DAY if type_ == "datetime" else values
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12  # 1970-01 is 0
    shares = [months / 12, (days + 3) % 7 / 7]  # 1970-01-01 was a Thursday
    return [*shares, values % MICROSECONDS_PER_DAY / MICROSECONDS_PER_DAY] if type_ == "datetime" else shares
