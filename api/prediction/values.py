"""Converts JSON values, or texts of cells, to the values that columns take.

A reader converts one value that is not missing to the type of its column. It raises `WrongValue` with a message that
completes a sentence.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradus.facts import ColumnType
from preprocessing.encode import FittedColumn, FittedNumber, FittedStandardized
from preprocessing.given import type_of


class WrongValue(Exception):
    """The value does not fit its column."""


Reader = Callable[[Any], Any]
_EPOCH_DAY, _EPOCH = date(1970, 1, 1), datetime(1970, 1, 1)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?")
_LARGEST_INTEGER = 2**63 - 1


def json_reader(fitted: FittedColumn) -> Reader:
    """The reader of JSON values for a column that is neither image nor array."""
    type_ = type_of(fitted)
    if isinstance(fitted, FittedNumber | FittedStandardized) and type_ == "integer":
        type_ = "number"  # a network that learned from integers can predict for other numbers
    return _JSON[type_]


def elements(value: Any, shape: tuple[int, ...], dtype: type[np.generic]) -> NDArray[Any]:
    """The elements of an image or array from nested or flat lists, as float64 or uint8 of this shape; null becomes NaN.

    Raises:
        WrongValue: an element is not a number of this type, or the lists do not fit the shape.
    """
    size = int(np.prod(shape))
    try:
        leaves = flat(value, len(shape) + 1)
        if not are_numbers(leaves):
            raise WrongValue(_must_be(shape, size))
        found = np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise WrongValue(_must_be(shape, size)) from None
    if found.size != size or found.shape not in (shape, (size,), (*shape, 1)):
        raise WrongValue(f"has the shape {_times(found.shape)}, not {_times(shape)}")
    if dtype == np.uint8:
        if not np.array_equal(found, np.clip(np.round(found), 0, 255)):
            raise WrongValue("must be whole numbers from 0 to 255")
        return found.astype(np.uint8).reshape(shape)
    return found.reshape(shape)


def flat(value: Any, levels: int) -> list[Any]:
    """A value of at most `levels` nested lists, as one flat list.

    Raises:
        ValueError: the value is nested deeper.
    """
    found = [value]
    for _ in range(levels):
        if not any(isinstance(one, list) for one in found):
            return found
        found = [inner for one in found for inner in (one if isinstance(one, list) else [one])]
    if any(isinstance(one, list) for one in found):
        raise ValueError("nested too deeply")
    return found


def are_numbers(values: list[Any]) -> bool:
    """Whether all values are numbers or null. Booleans and texts of digits are not numbers."""
    return set(map(type, values)) <= {int, float, type(None)}


def _must_be(shape: tuple[int, ...], size: int) -> str:
    return f"must be numbers, nested as {_times(shape)} or in one list of {size}"


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "1"


def day(text: str) -> int:
    """Days from 1970-01-01 to an ISO date. A time at midnight is accepted too, because data frames write dates like
    this."""
    if not _DATE.fullmatch(text.removesuffix("T00:00:00")):
        raise WrongValue("must be a date such as 2025-12-31")
    try:
        return (date.fromisoformat(text[:10]) - _EPOCH_DAY).days
    except ValueError:
        raise WrongValue("is not a date that exists") from None


def moment(text: str) -> int:
    """Microseconds from 1970-01-01 to an ISO date and time. A time with a zone is converted to UTC."""
    if not _TIME.fullmatch(text):
        raise WrongValue("must be a date and time such as 2025-12-31T18:30:00")
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise WrongValue("is not a date and time that exists") from None
    if found.tzinfo is not None:
        try:
            found = found.astimezone(UTC).replace(tzinfo=None)
        except OverflowError:
            raise WrongValue("is beyond the years 1 to 9999") from None
    since = found - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongValue(f"must be a number, not {_kind(value)}")
    try:
        found = float(value)
    except OverflowError:
        raise WrongValue("is beyond the range of numbers") from None
    if not isfinite(found):
        raise WrongValue("is beyond the range of numbers")
    return found


def _integer(value: Any) -> int:
    found = value if isinstance(value, int) and not isinstance(value, bool) else _number(value)
    if found != int(found) or abs(found) > _LARGEST_INTEGER:
        raise WrongValue("must be a whole number of at most 63 bits")
    return int(found)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool) or (isinstance(value, int | float) and value in (0, 1)):
        return bool(value)
    raise WrongValue(f"must be true or false, not {_kind(value)}")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise WrongValue(f"must be a text in quotes, not {_kind(value)}")
    if not is_encodable(value):
        raise WrongValue("has half of a surrogate pair, which is not a character")
    return value


def is_encodable(text: str) -> bool:
    """Whether a text can be written in UTF-8."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return f"the text '{value[:40]}'"
    return "a number" if isinstance(value, int | float) else "an object" if isinstance(value, dict) else "a list"


def _iso(read: Callable[[str], int]) -> Reader:
    def read_text(value: Any) -> int:
        return read(_text(value))

    return read_text


_JSON: dict[ColumnType, Reader] = {
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "text": _text,
    "date": _iso(day),
    "datetime": _iso(moment),
}
