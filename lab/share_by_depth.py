"""The share of the signal that differs between examples, by depth."""

from math import acos, pi, sqrt

import numpy as np

from gradus.lab.chart import LineChart, Series
from gradus.lab.network import Network, name_of
from gradus.lab.share_by_depth import NetworkShares, ShareByDepth, ShareByDepthResult
from lab.array import Array, numbers
from lab.draws import draws
from lab.network import forward, hidden_layers


def run(request: ShareByDepth) -> ShareByDepthResult:
    """The shares, and those that the formula gives for ReLU with He initialization."""
    inputs = _inputs(request)
    return ShareByDepthResult(
        networks=tuple(_network(request, network, inputs) for network in request.networks),
        relu_he=numbers(_formula(request.similarity, request.depth)),
    )


def charts(request: ShareByDepth, result: ShareByDepthResult) -> tuple[LineChart, ...]:
    """The shares by layer."""
    depths = tuple(map(float, range(1, request.depth + 1)))
    series = tuple(Series(name=one.network, x=depths, y=one.shares) for one in result.networks)
    formula = Series(name="formula for relu, he", x=depths, y=result.relu_he, is_behind=True)
    return (
        LineChart(
            title="Share of the signal that differs between inputs",
            x_label="layer",
            y_label="share",
            y_is_logarithmic=True,
            series=(formula, *series),
        ),
    )


def _inputs(request: ShareByDepth) -> Array:
    """Inputs with a common part and an own part. The mean cosine of two inputs is `similarity`, up to random
    variation."""
    random = draws(request.seed, "data")
    common = random.normal(size=request.units)
    own = random.normal(size=(request.examples, request.units))
    return np.asarray(request.scale * (sqrt(request.similarity) * common + sqrt(1 - request.similarity) * own))


def _network(request: ShareByDepth, network: Network, inputs: Array) -> NetworkShares:
    layers = hidden_layers(network, request.units, request.units, request.depth, request.seed)
    shares = [_share(one.outputs) for one in forward(layers, inputs)]
    return NetworkShares(network=name_of(network), shares=numbers(shares))


def _share(outputs: Array) -> float:
    """Variance over the examples divided by the second moment, both summed over the units; 0 where all are 0."""
    second = float(np.square(outputs).mean(0).sum())
    return float(outputs.var(0).sum()) / second if second else 0.0


def _formula(cosine: float, depth: int) -> list[float]:
    shares = []
    for _ in range(depth):
        cosine = min(1.0, (sqrt(1 - cosine**2) + (pi - acos(cosine)) * cosine) / pi)
        shares.append(1 - cosine)
    return shares
