"""The L1 and L2 penalties of some weight vectors, and how each penalty alone would change a vector."""

from collections.abc import Callable

import numpy as np

from gradus.lab.chart import BarChart, LineChart, Series
from gradus.lab.penalty_cases import PenaltyCase, PenaltyCases, PenaltyCasesResult
from lab.array import Array, numbers, table


def run(request: PenaltyCases) -> PenaltyCasesResult:
    """The table, and the weights of the last case under each penalty."""
    last = np.array(request.cases[-1])
    return PenaltyCasesResult(
        cases=tuple(_case(np.array(weights)) for weights in request.cases),
        under_l1=table(_descent(request, last, _l1_gradient)),
        under_l2=table(_descent(request, last, _l2_gradient)),
    )


def charts(result: PenaltyCasesResult) -> tuple[BarChart | LineChart, ...]:
    """Both penalties of each case, and the weights of the last case by step."""
    labels = tuple(f"({', '.join(f'{weight:g}' for weight in case.weights)})" for case in result.cases)
    return (
        BarChart(title="L1 = Σ|w|", x_label="weights", labels=labels, values=tuple(case.l1 for case in result.cases)),
        BarChart(title="L2 = Σw²", x_label="weights", labels=labels, values=tuple(case.l2 for case in result.cases)),
        _lines(f"{labels[-1]} under L1", result.under_l1),
        _lines(f"{labels[-1]} under L2", result.under_l2),
    )


def _lines(title: str, rows: tuple[tuple[float, ...], ...]) -> LineChart:
    steps = tuple(map(float, range(len(rows))))
    series = tuple(
        Series(name=f"w{place}", x=steps, y=column) for place, column in enumerate(zip(*rows, strict=True), 1)
    )
    return LineChart(title=title, x_label="step", y_label="weight", series=series)


def _case(weights: Array) -> PenaltyCase:
    return PenaltyCase(
        weights=numbers(weights),
        l1=float(np.abs(weights).sum()),
        l2=float(weights @ weights),
        l1_gradient=numbers(_l1_gradient(weights)),
        l2_gradient=numbers(_l2_gradient(weights)),
    )


def _l1_gradient(weights: Array) -> Array:
    return np.sign(weights)


def _l2_gradient(weights: Array) -> Array:
    return 2 * weights


def _descent(request: PenaltyCases, weights: Array, gradient: Callable[[Array], Array]) -> list[Array]:
    rows = [weights]
    for _ in range(request.steps):
        rows.append(rows[-1] - request.lr * request.strength * gradient(rows[-1]))
    return rows
