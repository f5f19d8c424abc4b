"""Notes on rows: values that did not occur in the training rows."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from gradus.wire.prediction import Note, NoteCode
from preprocessing.calendar import MICROSECONDS_PER_DAY, FittedDate
from preprocessing.categories import FittedHash, FittedOneHot, FittedOrdinal
from preprocessing.column import Column
from preprocessing.encode import Fitted, FittedColumn, FittedNumber, FittedStandardized
from preprocessing.numbers import FittedMinMax
from preprocessing.pixels import FittedArray, FittedBytes
from preprocessing.texts import as_text

Found = Iterator[tuple[int, Note]]
Message = Callable[[int], str]
"""The message for the row with this index."""


def notes(fitted: Fitted, columns: Mapping[str, Column], rows: int) -> list[tuple[Note, ...]]:
    """The notes on each row, in the order of the columns."""
    found: list[list[Note]] = [[] for _ in range(rows)]
    for column in fitted.columns:
        for row, note in _of_column(column, columns[column.column]):
            found[row].append(note)
    return [tuple(one) for one in found]


def _of_column(fitted: FittedColumn, values: Column) -> Found:
    match fitted:
        case FittedNumber():
            yield from _of_number(fitted, values)
        case FittedOneHot():
            code: NoteCode = "rare_category" if fitted.rare else "unseen_category"
            yield from _of_category(fitted.column, fitted, values, fitted.categories, code)
            yield from _missing(fitted.column, values.missing, new=not fitted.missing)
        case FittedOrdinal():
            yield from _of_category(fitted.column, fitted, values, fitted.order, "unseen_category")
            yield from _missing(fitted.column, values.missing, new=fitted.missing_rows == 0)
        case FittedHash():
            yield from _missing(fitted.column, values.missing, new=fitted.missing_rows == 0)
        case FittedDate():
            yield from _of_date(fitted, values)
        case FittedStandardized():
            yield from _of_column(fitted.scaled, values)
        case FittedBytes() | FittedArray():
            return
        case _:
            assert_never(fitted)


def _of_number(fitted: FittedNumber, values: Column) -> Found:
    x = values.values.astype(np.float64, copy=False)
    if _all_within(fitted, x, values.missing):
        return
    missing = values.missing | ~np.isfinite(x)
    if fitted.least is not None and fitted.largest is not None:
        below, above = ~missing & (x < fitted.least), ~missing & (x > fitted.largest)
        yield from _beyond(fitted.column, below, lambda i: f"{x[i]:.15g} is below the least, {fitted.least:.15g}")
        yield from _beyond(fitted.column, above, lambda i: f"{x[i]:.15g} is above the largest, {fitted.largest:.15g}")
    yield from _missing(fitted.column, missing, new=fitted.missing_rows == 0)


def _all_within(fitted: FittedNumber, x: NDArray[np.float64], missing: NDArray[np.bool_]) -> bool:
    """Whether all numbers are within the range of training, as in most requests; NaN is not."""
    if fitted.least is None or fitted.largest is None:
        return False
    return bool(((x >= fitted.least) & (x <= fitted.largest)).all()) and not missing.any()


def _of_category(
    name: str, fitted: FittedOneHot | FittedOrdinal, values: Column, known: tuple[str, ...], code: NoteCode
) -> Found:
    texts = as_text(values, fitted.type)
    own = frozenset(known)
    strangers = np.array([*(text not in own for text in texts.categories), False], dtype=np.bool_)
    why = "was in no training row" if code == "unseen_category" else "was in few or none of the training rows"
    for i in np.flatnonzero(strangers[texts.values]).tolist():
        text = texts.categories[texts.values[i]]
        yield i, Note(column=name, code=code, message=f"'{text[:100]}' {why}")


def _of_date(fitted: FittedDate, values: Column) -> Found:
    early = ~values.missing & (values.values < fitted.origin)
    first = _iso(fitted.origin, fitted)
    yield from _beyond(fitted.column, early, lambda i: f"{_iso(values.values[i], fitted)} is before the first, {first}")
    if isinstance(fitted.scaling, FittedMinMax):
        unit = MICROSECONDS_PER_DAY if fitted.type == "datetime" else 1
        last = fitted.origin + round(fitted.scaling.high * unit)
        late = ~values.missing & (values.values > last)
        message = f" is after the last, {_iso(last, fitted)}"
        yield from _beyond(fitted.column, late, lambda i: f"{_iso(values.values[i], fitted)}{message}")
    yield from _missing(fitted.column, values.missing, new=not fitted.flag)


def _iso(value: int, fitted: FittedDate) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC)
    since = timedelta(microseconds=int(value)) if fitted.type == "datetime" else timedelta(days=int(value))
    try:
        text = (moment + since).replace(tzinfo=None).isoformat()
    except OverflowError:
        return str(value)
    return text if fitted.type == "datetime" else text[:10]


def _beyond(name: str, where: NDArray[np.bool_], message: Message) -> Found:
    for i in np.flatnonzero(where).tolist():
        yield i, Note(column=name, code="beyond_training", message=message(i))


def _missing(name: str, missing: NDArray[np.bool_], *, new: bool) -> Found:
    if new:
        for i in np.flatnonzero(missing).tolist():
            message = f"'{name}' is missing, although no training row lacked it"
            yield i, Note(column=name, code="missing_where_none_was", message=message)
