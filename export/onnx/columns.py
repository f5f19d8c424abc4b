"""Preprocessing: from raw columns to the inputs of the network. Columns with the same encoding are computed
together."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, assert_never

import numpy as np

from export.onnx.calendar import dates
from export.onnx.categories import hashed, one_hot, ordinal
from export.onnx.graph import Graph
from export.onnx.missing import filled, is_missing_number
from export.onnx.numbers import scaled
from export.onnx.pixels import of_array, of_bytes
from preprocessing.calendar import FittedDate
from preprocessing.categories import FittedHash, FittedOneHot, FittedOrdinal
from preprocessing.encode import Fitted, FittedColumn, FittedNumber, FittedStandardized
from preprocessing.pixels import FittedArray, FittedBytes

Item = TypeVar("Item")


@dataclass
class _Inputs:
    """Computed inputs of the network, and the position of each."""

    tensors: list[str] = field(default_factory=list)
    """float32 (n, …)."""
    flags: list[str] = field(default_factory=list)
    """bool (n, …); one cast makes all of them numbers."""
    places: list[int] = field(default_factory=list)
    flag_places: list[int] = field(default_factory=list)

    def add(self, tensor: str, places: Iterable[int]) -> None:
        self.tensors.append(tensor)
        self.places += places

    def add_flags(self, tensor: str, places: Iterable[int]) -> None:
        self.flags.append(tensor)
        self.flag_places += places


Placed = tuple[FittedColumn, int]
"""A column and the position of its first input."""


def encoded(graph: Graph, fitted: Fitted) -> str:
    """The inputs of the network, float32 (n, inputs), from the graph's inputs, which are named after the columns."""
    found = _Inputs()
    numbers: list[tuple[FittedNumber, int]] = []
    days: list[tuple[FittedDate, int]] = []
    start = 0
    for column in fitted.columns:
        match column:
            case FittedNumber():
                numbers.append((column, start))
            case FittedDate():
                days.append((column, start))
            case _:
                _add_alone(graph, column, start, found)
        start += column.width
    for group in _grouped(numbers, lambda one: one.scaling.kind):
        _add_numbers(graph, group, found)
    for same in _grouped(days, lambda one: (one.kind, one.type, one.flag, one.scaling.kind)):
        _add_dates(graph, same, found)
    return _in_order(graph, found)


def _add_alone(
    graph: Graph,
    column: FittedOneHot | FittedOrdinal | FittedHash | FittedBytes | FittedArray | FittedStandardized,
    start: int,
    found: _Inputs,
) -> None:
    places = range(start, start + column.width)
    match column:
        case FittedOneHot():
            found.add_flags(one_hot(graph, column.column, column), places)
        case FittedHash():
            found.add_flags(hashed(graph, column.column, column), places)
        case FittedOrdinal():
            found.add(ordinal(graph, column.column, column), places)
        case FittedBytes():
            found.add(of_bytes(graph, column.column, column), places)
        case FittedArray():
            found.add(of_array(graph, column.column, column), places)
        case FittedStandardized():
            found.add(_standardized(graph, column), places)
        case _:
            assert_never(column)


def _standardized(graph: Graph, column: FittedStandardized) -> str:
    inner = encoded(graph, Fitted(digest="", columns=(column.scaled,)))
    mean, deviation = (np.array([row], dtype=np.float32) for row in (column.mean, column.deviation))
    return graph.node("Div", graph.node("Sub", inner, graph.constant(mean)), graph.constant(deviation))


def _add_numbers(graph: Graph, group: Sequence[tuple[FittedNumber, int]], found: _Inputs) -> None:
    columns = [column for column, _ in group]
    x = graph.concat([column.column for column in columns])
    missing = is_missing_number(graph, x)
    full = filled(graph, x, missing, [column.fill for column in columns])
    found.add(scaled(graph, full, [column.scaling for column in columns]), (start for _, start in group))
    flagged = [i for i, column in enumerate(columns) if column.flag]
    if flagged:
        found.add_flags(graph.columns(missing, flagged, len(columns)), (group[i][1] + 1 for i in flagged))


def _add_dates(graph: Graph, group: Sequence[tuple[FittedDate, int]], found: _Inputs) -> None:
    columns = [column for column, _ in group]
    for i, tensor in enumerate(dates(graph, graph.concat([column.column for column in columns]), columns)):
        found.add(tensor, (start + i for _, start in group))


def _grouped(columns: Sequence[tuple[Item, int]], key: Callable[[Item], Hashable]) -> list[list[tuple[Item, int]]]:
    groups: dict[Hashable, list[tuple[Item, int]]] = {}
    for column, start in columns:
        groups.setdefault(key(column), []).append((column, start))
    return list(groups.values())


def _in_order(graph: Graph, found: _Inputs) -> str:
    """All inputs side by side, in the order of their positions."""
    tensors, places = list(found.tensors), [*found.places, *found.flag_places]
    if found.flags:
        tensors.append(graph.cast(graph.concat(found.flags), "float32"))
    return graph.columns(graph.concat(tensors), np.argsort(places).tolist(), len(places))
