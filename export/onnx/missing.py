"""Missing values: ONNX implementations of `gradus.spec.missing`.

A missing number is NaN or infinite; a missing date is the least int64, which is NaT in numpy.
"""

from collections.abc import Sequence

import numpy as np

from export.onnx.graph import Graph

NAT = int(np.iinfo(np.int64).min)


def is_missing_number(graph: Graph, x: str) -> str:
    """Where numbers, float64 (n, k), are NaN or infinite."""
    return graph.node("Not", graph.node("Less", graph.node("Abs", x), graph.constant(np.array(np.inf))))


def filled(graph: Graph, x: str, missing: str, fills: Sequence[float | None]) -> str:
    """The numbers, with each column's fill in place of missing ones; NaN stays where a missing value is refused."""
    row = np.array([[np.nan if fill is None else fill for fill in fills]])
    return graph.node("Where", missing, graph.constant(row), x)


def is_missing_date(graph: Graph, x: str) -> str:
    """Where dates, int64 (n, k), are missing."""
    return graph.node("Equal", x, graph.constant(np.array(NAT)))
