"""The probability that a network is dead, by simulation and by the formula."""

import numpy as np

from gradus.lab.chart import HeatMap, LineChart, Series
from gradus.lab.dead_networks import DeadNetworks, DeadNetworksResult
from lab.array import Array, table
from lab.draws import draws


def run(request: DeadNetworks) -> DeadNetworksResult:
    """Shares of dead networks for all widths and depths."""
    widths, depths = range(1, request.widths + 1), range(1, request.depth + 1)
    exponents = np.arange(1, request.depth + 1)
    return DeadNetworksResult(
        widths=tuple(widths),
        depths=tuple(depths),
        counted=table(_counted(request, width) for width in widths),
        formula=table(1 - (1 - 0.5**width) ** exponents for width in widths),
    )


def charts(request: DeadNetworks, result: DeadNetworksResult) -> tuple[HeatMap | LineChart, ...]:
    """A heat map of all shares, and for each width a line of the simulated shares over the line of the formula."""
    depths = tuple(map(float, result.depths))
    lines = [
        Series(name=f"width {width}", x=depths, y=values, is_behind=is_behind)
        for rows, is_behind in ((result.formula, True), (result.counted, False))
        for width, values in zip(result.widths, rows, strict=True)
    ]
    return (
        HeatMap(
            title=f"Share of {request.trials} networks that are dead",
            x_label="layers",
            y_label="width",
            columns=tuple(map(str, result.depths)),
            rows=tuple(map(str, result.widths)),
            values=result.counted,
        ),
        LineChart(
            title="P(dead) by depth; behind: the formula", x_label="layers", y_label="P(dead)", series=tuple(lines)
        ),
    )


def _counted(request: DeadNetworks, width: int) -> Array:
    """The share of networks whose signal is 0 after each of the layers, (depth,)."""
    signal = draws(request.seed, "data", width).normal(size=(1, request.inputs, width))
    dead = np.empty(request.depth)
    for layer in range(request.depth):
        weights = draws(request.seed, "weights", width, layer).normal(size=(request.trials, width, width))
        signal = np.maximum(signal @ (weights * np.sqrt(2 / width)), 0)  # (trials, inputs, width)
        dead[layer] = np.mean(~signal.any((1, 2)))
        signal = _rescaled(signal)
    return dead


def _rescaled(signal: Array) -> Array:
    """The signal, scaled so that the largest number in each network is 1. Otherwise the signal of a narrow network
    could fade below the smallest float and count as dead. Whether a unit is on does not depend on the scale."""
    largest = signal.max((1, 2), keepdims=True)
    return np.asarray(np.divide(signal, largest, out=np.zeros_like(signal), where=largest > 0))
