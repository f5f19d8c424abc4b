"""Dates and times: ONNX implementations of `gradus.spec.calendar`.

A date is a number of days since 1970-01-01, a time a number of microseconds. The month follows by integer arithmetic.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from export.onnx.graph import Graph
from export.onnx.missing import is_missing_date
from export.onnx.numbers import scaled
from preprocessing.calendar import MICROSECONDS_PER_DAY, FittedDate

Cycle = NDArray[np.float64]


def dates(graph: Graph, x: str, fitted: Sequence[FittedDate]) -> list[str]:
    """The inputs from k date columns, int64 (n, k), whose encodings differ only in origins and parameters: a list of
    tensors, each float32 (n, k)."""
    first = fitted[0]
    missing = is_missing_date(graph, x)
    zero = graph.constant(np.array(0, dtype=np.int64))
    x = graph.node("Where", missing, zero, x)
    origins = graph.constant(np.array([[one.origin for one in fitted]], dtype=np.int64))
    days = graph.cast(graph.node("Sub", x, origins), "float64")
    if first.type == "datetime":
        days = graph.node("Div", days, graph.constant(np.array(float(MICROSECONDS_PER_DAY))))
    found = [scaled(graph, days, [one.scaling for one in fitted])]
    if first.kind == "calendar":
        found += _cycles(graph, x, is_time=first.type == "datetime")
    nothing = graph.constant(np.array(0, dtype=np.float32))
    found = [graph.node("Where", missing, nothing, one) for one in found]
    return [*found, graph.cast(missing, "float32")] if first.flag else found


def _cycles(graph: Graph, x: str, *, is_time: bool) -> list[str]:
    """Sine and cosine of the month and the weekday; for times, of the time of day as well."""
    days = _floor_div(graph, x, _integer(graph, MICROSECONDS_PER_DAY)) if is_time else x
    weekday = graph.node("Mod", graph.node("Add", days, _integer(graph, 3)), _integer(graph, 7))
    found = [*_of_table(graph, _month(graph, days), 12), *_of_table(graph, weekday, 7)]
    if is_time:
        part = graph.cast(graph.node("Mod", x, _integer(graph, MICROSECONDS_PER_DAY)), "float64")
        share = graph.node("Div", part, graph.constant(np.array(float(MICROSECONDS_PER_DAY))))
        angle = graph.node("Mul", graph.constant(np.array(2 * np.pi)), share)
        found += [graph.cast(graph.node(op, angle), "float32") for op in ("Sin", "Cos")]
    return found


def _of_table(graph: Graph, place: str, length: int) -> list[str]:
    """Sine and cosine of 2π · position / length, for positions from 0 to `length` - 1, by a table."""
    angles = 2 * np.pi * (np.arange(length) / length)
    curves: tuple[Callable[[Cycle], Cycle], ...] = (np.sin, np.cos)
    return [graph.node("Gather", graph.constant(curve(angles).astype(np.float32)), place) for curve in curves]


def _month(graph: Graph, days: str) -> str:
    """The month, 0 for January, of days since 1970-01-01.

    Source: Howard Hinnant, chrono-compatible low-level date algorithms, 2013, `civil_from_days`.
    """

    def div(x: str, y: int) -> str:  # of numbers that are not negative
        return graph.node("Div", x, _integer(graph, y))

    def mul(x: str, y: int) -> str:
        return graph.node("Mul", x, _integer(graph, y))

    shifted = graph.node("Add", days, _integer(graph, 719_468))
    of_era = graph.node("Mod", shifted, _integer(graph, 146_097))
    leap_days = graph.node("Sub", div(of_era, 36_524), div(of_era, 1460))
    years = div(graph.node("Sub", graph.node("Add", of_era, leap_days), div(of_era, 146_096)), 365)
    before = graph.node("Sub", graph.node("Add", mul(years, 365), div(years, 4)), div(years, 100))
    of_year = graph.node("Sub", of_era, before)
    from_march = div(graph.node("Add", mul(of_year, 5), _integer(graph, 2)), 153)
    return graph.node("Mod", graph.node("Add", from_march, _integer(graph, 2)), _integer(graph, 12))


def _floor_div(graph: Graph, x: str, y: str) -> str:
    """x // y for y > 0, rounded down: `Div` rounds towards 0, and `Mod` has the sign of y."""
    return graph.node("Div", graph.node("Sub", x, graph.node("Mod", x, y)), y)


def _integer(graph: Graph, number: int) -> str:
    return graph.constant(np.array(number, dtype=np.int64))
