"""Statistics of dates and times: the first, the last and a histogram, for all rows and each class."""

from datetime import datetime, timedelta
from typing import Any

from gradus.wire.statistics import Histogram
from preprocessing.statistics.numbers import Found, number_statistics
from preprocessing.statistics.rows import Rows

_EPOCH = datetime(1970, 1, 1)


def date_statistics(rows: Rows, position: int, *, times: bool) -> tuple[Found, dict[str, Found]]:
    """The fields for all rows, and for each class; computed from the days or microseconds since 1970."""
    column = f"c{position}"
    expression = f"epoch_us({column})::DOUBLE" if times else f"({column} - DATE '1970-01-01')::DOUBLE"
    overall, by_class = number_statistics(rows, position, expression)
    return named_dates(overall, times=times), {
        name: named_dates(found, times=times) for name, found in by_class.items()
    }


def named_dates(found: Found, *, times: bool) -> dict[str, Any]:
    """The fields of a column of dates or times, made from the number fields of its days or microseconds since 1970."""
    if not found:
        return {}
    histogram = found["histogram"]
    whole = not times and all(float(edge).is_integer() for edge in histogram.edges)
    edges = tuple(iso(edge, times=not whole) for edge in _micros(histogram.edges, times=times))
    return {
        "first": iso(_micros([found["min"]], times=times)[0], times=times),
        "last": iso(_micros([found["max"]], times=times)[0], times=times),
        "histogram": Histogram(edges=edges, counts=histogram.counts),
    }


def _micros(values: Any, *, times: bool) -> list[float]:
    return [float(value) * (1 if times else 86_400_000_000) for value in values]


def iso(micros: float, *, times: bool) -> str:
    """The ISO 8601 form of a number of microseconds since 1970, as a time or as a date."""
    moment = _EPOCH + timedelta(microseconds=round(micros))
    return moment.isoformat() if times else moment.date().isoformat()
