"""Plain rows: few rows in JSON whose values all occurred in training, converted without a column of arrays for each.

A request of one row spends most of its time in arrays of one element. This is a shortcut of `json_rows`, `export.notes`
and `export.feeds`: it gives the same tensors as they do, or nothing if a row would have a note or a mistake.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, assert_never

import numpy as np

from api.prediction.values import WrongValue, json_reader
from export.feeds import Feeds
from export.onnx.categories import NO_BUCKET
from export.onnx.missing import NAT
from gradus.facts import ColumnType
from gradus.wire.prediction import PredictRequest
from preprocessing.calendar import MICROSECONDS_PER_DAY, FittedDate
from preprocessing.categories import FittedHash, FittedOneHot, FittedOrdinal, bucket
from preprocessing.encode import Fitted, FittedColumn, FittedNumber, FittedStandardized
from preprocessing.given import may_miss
from preprocessing.numbers import FittedMinMax
from preprocessing.pixels import FittedArray, FittedBytes


class _NotPlain(Exception):
    """The value would have a note, or is a mistake."""


Element = Callable[[Any], Any]
"""Converts a value that is not missing to an element of its column's tensor, or raises `_NotPlain`."""
_Kind = tuple[Element, Any, bool]
"""The conversion, the element for a missing value, and whether a missing value has a note."""
_SPELLED: Mapping[ColumnType, tuple[type, Callable[[Any], str]]] = {
    "text": (str, str),
    "integer": (int, str),
    "boolean": (bool, lambda value: "true" if value else "false"),
}
"""For each column type that can be a category: the Python type of its values, and the function that writes a value as
the category's text, as in `preprocessing.texts`."""


class PlainRows:
    """Converts plain rows for one fitted preprocessing."""

    def __init__(self, fitted: Fitted, others: frozenset[str]) -> None:
        """`others` are the columns that a row may have in addition."""
        self._known = others.union(fitted.names)
        self._needed = frozenset(column.column for column in fitted.columns)
        kinds = [_kind(column) for column in fitted.columns]
        self._columns = [
            (column.column, _element(column, *kind), _dtype(column))
            for column, kind in zip(fitted.columns, kinds, strict=True)
            if kind is not None
        ]
        self._all = None not in kinds

    def feeds(self, request: PredictRequest) -> Feeds | None:
        """The tensors of the request's rows; None if a row is not plain, or a column is a picture, an array, or of
        another type that this class cannot convert."""
        rows = _rows(request) if self._all else None
        if not rows or not all(self._known.issuperset(row) for row in rows):
            return None
        try:
            return {
                name: np.array([element(row[name]) for row in rows], dtype)[:, None]
                for name, element, dtype in self._columns
            }
        except (_NotPlain, KeyError):
            return None

    def has_its_columns(self, request: PredictRequest) -> bool:
        """Whether each row has all columns that the model needs, and none that it does not know."""
        return all(self._known.issuperset(row) and self._needed <= row.keys() for row in _rows(request) or ({},))


def _rows(request: PredictRequest) -> Sequence[Mapping[str, Any]] | None:
    rows, names, data = request.rows, request.columns, request.data
    if rows is not None:
        return rows if names is None and data is None else None
    if names is None or data is None or len(set(names)) < len(names) or any(len(row) != len(names) for row in data):
        return None
    return [dict(zip(names, row, strict=True)) for row in data]


def _element(fitted: FittedColumn, present: Element, missing: Any, has_note: bool) -> Element:
    may = may_miss(fitted) and not has_note

    def element(value: Any) -> Any:
        if value is not None:
            return present(value)
        if not may:
            raise _NotPlain
        return missing

    return element


def _dtype(fitted: FittedColumn) -> type[np.generic]:
    match fitted:
        case FittedOneHot() | FittedOrdinal():
            return np.object_
        case FittedHash() | FittedDate():
            return np.int64
        case _:
            return np.float64


def _kind(fitted: FittedColumn) -> _Kind | None:
    """The conversion of a column's values; None if this class cannot convert them."""
    known: _Kind | None = None
    match fitted:
        case FittedNumber():
            known = _number(fitted)
        case FittedStandardized(scaled=FittedNumber() as scaled):
            known = _number(scaled)
        case FittedOneHot():
            known = _category(fitted.type, fitted.categories, fitted.missing_text, not fitted.missing)
        case FittedOrdinal():
            known = _category(fitted.type, fitted.order, fitted.missing_text, fitted.missing_rows == 0)
        case FittedHash():
            known = _bucket(fitted)
        case FittedDate():
            known = _date(fitted)
        case FittedStandardized() | FittedBytes() | FittedArray():
            pass
        case _:
            assert_never(fitted)
    return known


def _number(fitted: FittedNumber) -> _Kind | None:
    least, largest = fitted.least, fitted.largest
    types = {"number": (float, int), "integer": (float, int), "boolean": (bool,)}.get(fitted.type)
    if least is None or largest is None or types is None:
        return None

    def number(value: Any) -> Any:
        if value.__class__ in types and least <= value <= largest:
            return value
        raise _NotPlain

    return number, np.nan, fitted.missing_rows == 0


def _category(type_: ColumnType, known: Sequence[str], missing: str, has_note: bool) -> _Kind | None:
    if type_ not in _SPELLED:
        return None
    own, (taken, spelled) = frozenset(known), _SPELLED[type_]

    def category(value: Any) -> str:
        if value.__class__ is taken and (text := spelled(value)) in own:
            return text
        raise _NotPlain

    return category, missing, has_note


def _bucket(fitted: FittedHash) -> _Kind | None:
    if fitted.type not in _SPELLED:
        return None
    buckets, (taken, spelled), read = fitted.buckets, _SPELLED[fitted.type], json_reader(fitted)

    def place(value: Any) -> int:
        if value.__class__ is not taken:
            raise _NotPlain
        try:
            return bucket(spelled(read(value)), buckets)
        except WrongValue:
            raise _NotPlain from None

    return place, NO_BUCKET, fitted.missing_rows == 0


def _date(fitted: FittedDate) -> _Kind:
    unit = MICROSECONDS_PER_DAY if fitted.type == "datetime" else 1
    scaling, read = fitted.scaling, json_reader(fitted)
    last = fitted.origin + round(scaling.high * unit) if isinstance(scaling, FittedMinMax) else None

    def date(value: Any) -> Any:
        try:
            found = read(value)
        except WrongValue:
            raise _NotPlain from None
        if found < fitted.origin or (last is not None and found > last):
            raise _NotPlain
        return found

    return date, NAT, not fitted.flag
