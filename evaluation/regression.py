"""The evaluation of predicted numbers, target by target."""

from collections.abc import Mapping
from math import inf

import numpy as np
from numpy.typing import NDArray

from evaluation import conformal, statistics
from evaluation.examples import Examples, Floats
from evaluation.metric import Bootstrapped, Measure, metrics
from evaluation.sections import Asked, Sections
from evaluation.statistics import Statistic, value
from gradus.wire.evaluation import Grid, Metric, Quantile, Residuals, WorstRow

QUANTILES = 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99
CELLS = 20
WORST = 20


def regression(asked: Asked) -> Sections:
    """All sections of a report on predicted numbers."""
    examples, validation = asked.examples, asked.validation
    found: list[Metric] = []
    for column, name in enumerate(asked.names):
        target = name if len(asked.names) > 1 else None
        found += metrics(_measures(examples, column, asked.constant, asked.medians), len(examples), target)
    return Sections(
        metrics=tuple(found),
        conformal=()
        if validation is None or asked.is_validation
        else conformal.intervals(validation, examples, asked.names),
        residuals=tuple(_residuals(examples, column, name) for column, name in enumerate(asked.names)),
    )


def group_metrics(examples: Examples, asked: Asked) -> list[Metric]:
    """The metrics of a group of examples."""
    found: list[Metric] = []
    for column, name in enumerate(asked.names):
        measures = _measures(examples, column, asked.constant, asked.medians)
        target = name if len(asked.names) > 1 else None
        found += metrics({key: measures[key] for key in ("rmse", "mae")}, len(examples), target)
    return found


def _measures(examples: Examples, column: int, constant: Floats, medians: Floats) -> Mapping[str, Measure]:
    """The metrics of one target, in the order of the report. The baseline predicts the mean of the training targets;
    for absolute errors, their median."""
    target = examples.targets[:, column].astype(np.float64)
    statistic = _statistics(examples.outputs[:, column], target, examples.weights)
    of_mean = _statistics(np.full_like(target, constant[column]), target, examples.weights)
    of_median = _statistics(np.full_like(target, medians[column]), target, examples.weights)
    baselines = {"rmse": of_mean, "mae": of_median, "r2": of_mean, "median_error": of_median}
    n = len(examples)
    found: dict[str, Measure] = {}
    for name, one in statistic.items():
        baseline = value(baselines[name][name], n) if n else None
        found[name] = Bootstrapped(one, baseline, -inf, 1.0) if name == "r2" else Bootstrapped(one, baseline)
    return found


def _statistics(predictions: Floats, target: Floats, weights: Floats | None) -> Mapping[str, Statistic]:
    errors = predictions - target
    centered = target - (target.mean() if len(target) else 0.0)  # R² does not depend on the origin, its rounding does
    mean_square = statistics.mean(np.square(errors), weights)
    moments = statistics.mean(centered, weights), statistics.mean(np.square(centered), weights)
    return {
        "rmse": statistics.of(np.sqrt, mean_square),
        "mae": statistics.mean(np.abs(errors), weights),
        "r2": statistics.of(_r2, mean_square, *moments),
        "median_error": statistics.median(np.abs(errors)),
    }


def _r2(mean_square: Floats, mean: Floats, square: Floats) -> Floats:
    """1 - Σ (ŷ - y)² / Σ (y - mean)²; undefined if all targets are equal."""
    variance = square - np.square(mean)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(variance > 1e-15 * square, 1.0 - mean_square / variance, np.nan)


def _residuals(examples: Examples, column: int, name: str) -> Residuals:
    predictions, target = examples.outputs[:, column], examples.targets[:, column].astype(np.float64)
    errors = predictions - target
    worst = np.argsort(-np.abs(errors), kind="stable")[:WORST]
    values = np.quantile(errors, QUANTILES) if len(errors) else np.full(len(QUANTILES), np.nan)
    return Residuals(
        target=name,
        quantiles=tuple(Quantile(q=q, value=float(one)) for q, one in zip(QUANTILES, values, strict=True)),
        grid=_grid(predictions, errors),
        worst=tuple(
            WorstRow(row=int(examples.rows[i]), value=float(target[i]), prediction=float(predictions[i])) for i in worst
        ),
    )


def _grid(predictions: Floats, errors: Floats) -> Grid:
    """Counts of predictions and errors in a grid between their 1st and 99th percentiles; outliers count in the outer
    cells."""
    if not len(predictions):
        return Grid(predictions=(), residuals=(), counts=())
    edges = [_edges(one) for one in (predictions, errors)]
    row, column = (_cells(one, edge) for one, edge in zip((predictions, errors), edges, strict=True))
    counts = np.bincount(row * CELLS + column, minlength=CELLS**2).reshape(CELLS, CELLS)
    return Grid(
        predictions=tuple(edges[0].tolist()),
        residuals=tuple(edges[1].tolist()),
        counts=tuple(tuple(one) for one in counts.tolist()),
    )


def _cells(values: Floats, edges: Floats) -> NDArray[np.intp]:
    """The cell of each value, (n,)."""
    return np.clip(np.searchsorted(edges, values, side="right") - 1, 0, CELLS - 1)


def _edges(values: Floats) -> Floats:
    low, high = (float(one) for one in np.quantile(values, [0.01, 0.99]))
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, CELLS + 1)
