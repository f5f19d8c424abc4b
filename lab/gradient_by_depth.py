"""The ratio of the gradient in the first layer to that in the last layer, by depth."""

import numpy as np

from gradus.lab.chart import LineChart, Series
from gradus.lab.gradient_by_depth import GradientByDepth, GradientByDepthResult, NetworkGradients
from gradus.lab.network import Network, name_of
from lab import cross_entropy
from lab.array import Array, numbers, rms
from lab.draws import draws
from lab.network import backward, forward, hidden_layers, output_layer

_CLASSES = 10


def run(request: GradientByDepth) -> GradientByDepthResult:
    """The ratios for all depths."""
    depths = range(2, request.depth + 1)
    return GradientByDepthResult(
        depths=tuple(depths), networks=tuple(_network(request, network, depths) for network in request.networks)
    )


def charts(result: GradientByDepthResult) -> tuple[LineChart, ...]:
    """R and q by depth."""
    depths = tuple(map(float, result.depths))
    ratios = tuple(Series(name=one.network, x=depths, y=one.ratio) for one in result.networks)
    factors = tuple(Series(name=one.network, x=depths, y=one.per_layer) for one in result.networks)
    return (
        LineChart(
            title="Gradient in layer 1 divided by that in the last",
            x_label="hidden layers",
            y_label="R",
            y_is_logarithmic=True,
            series=ratios,
        ),
        LineChart(title="Factor per layer", x_label="hidden layers", y_label="q", series=factors),
    )


def _network(request: GradientByDepth, network: Network, depths: range) -> NetworkGradients:
    random = draws(request.seed, "data")
    inputs = random.normal(size=(request.examples, request.units))
    labels = random.integers(_CLASSES, size=request.examples)
    layers = hidden_layers(network, request.units, request.units, request.depth, request.seed)
    passes = forward(layers, inputs)  # a shallower network is a part of the deepest one
    ratios = []
    for depth in depths:
        output = output_layer(request.units, _CLASSES, request.seed, depth)
        [logits] = forward([output], passes[depth - 1].outputs)
        top = cross_entropy.gradient(logits.outputs, labels) @ output.weights.T
        gradients = backward(layers[:depth], passes[:depth], top)
        ratios.append(_ratio(gradients[0].sums, gradients[-1].sums))
    per_layer = np.array(ratios) ** (1 / (np.array(depths) - 1))
    return NetworkGradients(network=name_of(network), ratio=numbers(ratios), per_layer=numbers(per_layer))


def _ratio(first: Array, last: Array) -> float:
    """R; 0 if no gradient reaches even the last layer."""
    below = rms(last)
    return rms(first) / below if below else 0.0
