"""Activation histograms of untrained networks, layer by layer."""

import numpy as np

from gradus.lab.activation_histograms import (
    ActivationHistograms,
    ActivationHistogramsResult,
    LayerActivations,
    NetworkActivations,
)
from gradus.lab.chart import Histograms, Panel
from gradus.lab.network import Network, name_of
from lab.activation import derivative, steepest
from lab.array import Array, numbers
from lab.draws import draws
from lab.network import Pass, forward, hidden_layers

_FLAT = 0.05
"""Where the derivative is below this share of its largest value, the activation counts as flat."""


def run(request: ActivationHistograms) -> ActivationHistogramsResult:
    """The histograms."""
    inputs = draws(request.seed, "data").normal(size=(request.examples, request.units))
    return ActivationHistogramsResult(networks=tuple(_network(request, one, inputs) for one in request.networks))


def charts(result: ActivationHistogramsResult) -> tuple[Histograms, ...]:
    """One row of histograms for each network."""
    return tuple(
        Histograms(
            title=network.network,
            x_label="activation",
            edges=network.edges,
            panels=tuple(
                Panel(name=f"layer {number}", counts=layer.counts) for number, layer in enumerate(network.layers, 1)
            ),
        )
        for network in result.networks
    )


def _network(request: ActivationHistograms, network: Network, inputs: Array) -> NetworkActivations:
    passes = forward(hidden_layers(network, request.units, request.units, request.layers, request.seed), inputs)
    edges = _edges(network, passes, request.bins)
    return NetworkActivations(
        network=name_of(network),
        edges=numbers(edges),
        layers=tuple(_layer(network, one, edges) for one in passes),
    )


def _layer(network: Network, one: Pass, edges: Array) -> LayerActivations:
    counts, _ = np.histogram(one.outputs, edges)
    flat = derivative(network.activation, one.z) < _FLAT * steepest(network.activation)
    return LayerActivations(
        counts=tuple(counts.tolist()),
        mean=float(one.outputs.mean()),
        deviation=float(one.outputs.std()),
        flat=float(flat.mean()),
    )


def _edges(network: Network, passes: list[Pass], bins: int) -> Array:
    """The edges of the bins: between the bounds of the activation if it has both, else over the range of all layers."""
    match network.activation:
        case "sigmoid":
            low, high = 0.0, 1.0
        case "tanh":
            low, high = -1.0, 1.0
        case _:
            low = min(float(one.outputs.min()) for one in passes)
            high = max(float(one.outputs.max()) for one in passes)
    return np.linspace(low, high if high > low else low + 1, bins + 1)
