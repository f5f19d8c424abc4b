"""Scaling of numbers: ONNX implementations of `gradus.spec.numbers`, with the same bits as `preprocessing.numbers`."""

from collections.abc import Sequence
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from export.onnx.graph import Graph
from preprocessing.numbers import (
    LARGEST,
    ROBUST_CUT,
    FittedMinMax,
    FittedNone,
    FittedQuantile,
    FittedRobust,
    FittedScaling,
    FittedSignedLog,
    FittedStandard,
)
from preprocessing.to_float32 import LARGEST_FLOAT32

Numbers = NDArray[np.float64]


def scaled(graph: Graph, x: str, scalings: Sequence[FittedScaling]) -> str:
    """The columns of x, float64 (n, k), scaled by scalings of the same kind: float32 (n, k)."""
    x = clip(graph, x, LARGEST)
    match scalings[0]:
        case FittedMinMax():
            low, high = _row(scalings, "low"), _row(scalings, "high")
            z = _quotient(graph, graph.node("Sub", x, graph.constant(low)), high - low)
        case FittedStandard():
            z = _standard(graph, x, scalings)
        case FittedRobust():
            z = _robust(graph, x, scalings)
        case FittedQuantile():
            z = _interpolated(graph, x, [one for one in scalings if isinstance(one, FittedQuantile)])
        case FittedSignedLog():
            z = _standard(graph, _signed_log(graph, x), scalings)
        case FittedNone():
            z = x
        case _:
            assert_never(scalings[0])
    return graph.cast(clip(graph, z, LARGEST_FLOAT32), "float32")


def clip(graph: Graph, x: str, bound: float) -> str:
    """x, clipped to ±bound."""
    return graph.node("Clip", x, graph.constant(np.array(-bound)), graph.constant(np.array(bound)))


def _row(scalings: Sequence[FittedScaling], field: str) -> Numbers:
    """The values of a field in all scalings, (1, k)."""
    return np.array([[getattr(one, field) for one in scalings]], dtype=np.float64)


def _standard(graph: Graph, x: str, scalings: Sequence[FittedScaling]) -> str:
    difference = graph.node("Sub", x, graph.constant(_row(scalings, "mean")))
    return _quotient(graph, difference, _row(scalings, "deviation"))


def _quotient(graph: Graph, x: str, divisor: Numbers) -> str:
    """x / divisor; 0 where the divisor is 0."""
    zero = divisor == 0
    quotient = graph.node("Div", x, graph.constant(np.where(zero, 1.0, divisor)))
    if not zero.any():
        return quotient
    return graph.node("Where", graph.constant(zero), graph.constant(np.zeros((1, 1))), quotient)


def _robust(graph: Graph, x: str, scalings: Sequence[FittedScaling]) -> str:
    """z / sqrt(1 + (z/3)²), with z clipped to ±10⁶."""
    difference = graph.node("Sub", x, graph.constant(_row(scalings, "median")))
    z = clip(graph, _quotient(graph, difference, _row(scalings, "scale")), ROBUST_CUT)
    third = graph.node("Div", z, graph.constant(np.array(3.0)))
    root = graph.node("Sqrt", graph.node("Add", graph.constant(np.array(1.0)), graph.node("Mul", third, third)))
    return graph.node("Div", z, root)


def _signed_log(graph: Graph, x: str) -> str:
    """ln(u) · |x| / (u - 1) with u = 1 + |x|, or |x| where u is 1, with the sign of x."""
    one = graph.constant(np.array(1.0))
    size = graph.node("Abs", x)
    u = graph.node("Add", one, size)
    rounded = graph.node("Sub", u, one)
    is_tiny = graph.node("Equal", rounded, graph.constant(np.array(0.0)))
    share = graph.node("Div", size, graph.node("Where", is_tiny, one, rounded))
    value = graph.node("Where", is_tiny, size, graph.node("Mul", graph.node("Log", u), share))
    is_negative = graph.node("Less", x, graph.constant(np.array(0.0)))
    return graph.node("Where", is_negative, graph.node("Neg", value), value)


def _interpolated(graph: Graph, x: str, scalings: Sequence[FittedQuantile]) -> str:
    """s₀ + (s₁ - s₀) · t between the knots around x, found by a binary search in all columns at once."""
    tables = [_knots(one) for one in scalings]
    size = 2 ** int(max(len(knots) for knots, _ in tables)).bit_length()  # more than any column has
    knots = np.full((len(tables), size), np.inf)
    scores = np.zeros((len(tables), size))
    for i, (its_knots, its_scores) in enumerate(tables):
        knots[i, : len(its_knots)], scores[i, : len(its_scores)] = its_knots, its_scores
    flat, values = graph.constant(knots.reshape(-1)), graph.constant(scores.reshape(-1))
    offset = graph.constant(np.arange(len(tables), dtype=np.int64)[None] * size)
    last = graph.constant(np.array([[len(its_knots) - 2 for its_knots, _ in tables]], dtype=np.int64))
    below = graph.node("Min", graph.node("Max", _count_below(graph, x, flat, offset, size), _integer(graph, 0)), last)
    place = graph.node("Add", below, offset)
    after = graph.node("Add", place, _integer(graph, 1))
    first, second = graph.node("Gather", flat, place), graph.node("Gather", flat, after)
    t = graph.node("Div", graph.node("Sub", x, first), graph.node("Sub", second, first))
    t = graph.node("Clip", t, graph.constant(np.array(0.0)), graph.constant(np.array(1.0)))
    low, high = graph.node("Gather", values, place), graph.node("Gather", values, after)
    return graph.node("Add", low, graph.node("Mul", graph.node("Sub", high, low), t))


def _count_below(graph: Graph, x: str, knots: str, offset: str, size: int) -> str:
    """The number of knots that are at most x, minus 1; int64 (n, k)."""
    count = graph.node("Mul", graph.cast(x, "int64"), _integer(graph, 0))
    step = size // 2
    while step:
        candidate = graph.node("Add", count, _integer(graph, step))
        place = graph.node("Add", candidate, graph.node("Sub", offset, _integer(graph, 1)))
        is_below = graph.node("LessOrEqual", graph.node("Gather", knots, place), x)
        count = graph.node("Where", is_below, candidate, count)
        step //= 2
    return graph.node("Sub", count, _integer(graph, 1))


def _knots(fitted: FittedQuantile) -> tuple[Sequence[float], Sequence[float]]:
    """Knots and scores. A single knot, whose score is 0, becomes a line at 0."""
    return (fitted.knots, fitted.scores) if len(fitted.knots) > 1 else ((0.0, 1.0), (0.0, 0.0))


def _integer(graph: Graph, number: int) -> str:
    return graph.constant(np.array(number, dtype=np.int64))
