"""Optimizer paths down a quadratic valley."""

import numpy as np

from gradus.lab.chart import LineChart, Series
from gradus.lab.optimizer_paths import OptimizerPath, OptimizerPaths, OptimizerPathsResult
from gradus.spec.optimizer import AnyOptimizer
from lab.array import Array, numbers
from lab.optimizer import name_of, update

_LEVELS = 8
_POINTS = 73
"""Number of points of each contour: one every five degrees."""


def run(request: OptimizerPaths) -> OptimizerPathsResult:
    """The paths."""
    return OptimizerPathsResult(paths=tuple(_path(request, optimizer) for optimizer in request.optimizers))


def charts(request: OptimizerPaths, result: OptimizerPathsResult) -> tuple[LineChart, ...]:
    """The paths over the function's contours, and its value by step."""
    paths = tuple(Series(name=path.optimizer, x=path.x, y=path.y) for path in result.paths)
    steps = tuple(map(float, range(request.steps + 1)))
    values = tuple(Series(name=path.optimizer, x=steps, y=path.f) for path in result.paths)
    return (
        LineChart(title="Paths", x_label="x", y_label="y", series=(*_contours(request), *paths)),
        LineChart(title="Value by step", x_label="step", y_label="f(x, y)", series=values),
    )


def _path(request: OptimizerPaths, optimizer: AnyOptimizer) -> OptimizerPath:
    step, points = update(optimizer), [np.array([request.x, request.y])]
    for _ in range(request.steps):
        points.append(step(points[-1], _gradient(request, points[-1]), optimizer.lr))
    x, y = np.array(points).T
    return OptimizerPath(optimizer=name_of(optimizer), x=numbers(x), y=numbers(y), f=numbers(_value(request, x, y)))


def _value(request: OptimizerPaths, x: Array, y: Array) -> Array:
    return request.a * x * x + request.b * y * y + request.c * x * y


def _gradient(request: OptimizerPaths, point: Array) -> Array:
    x, y = point
    return np.array([2 * request.a * x + request.c * y, 2 * request.b * y + request.c * x])


def _contours(request: OptimizerPaths) -> tuple[Series, ...]:
    """Ellipses on which the function has the same value, out to that of the start; none if the function has no
    minimum."""
    matrix = np.array([[request.a, request.c / 2], [request.c / 2, request.b]])
    scales, axes = np.linalg.eigh(matrix)
    outermost = float(_value(request, np.array(request.x), np.array(request.y)))
    if scales[0] <= 0 or outermost <= 0:
        return ()
    angles = np.linspace(0, 2 * np.pi, _POINTS)
    circle = np.stack([np.cos(angles), np.sin(angles)])  # (2, points)
    unit = axes @ (circle / np.sqrt(scales)[:, None])
    radii = np.sqrt(outermost) * np.arange(1, _LEVELS + 1) / _LEVELS
    ellipses = (radius * unit for radius in radii)
    return tuple(Series(name="contour", x=numbers(x), y=numbers(y), is_behind=True) for x, y in ellipses)
