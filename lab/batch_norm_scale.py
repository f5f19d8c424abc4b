"""Training with and without batch normalization, as a function of the deviation of the initial weights."""

from itertools import pairwise

import numpy as np

from gradus.lab.batch_norm_scale import BatchNormScale, BatchNormScaleResult
from gradus.lab.chart import LineChart, Series
from lab import cross_entropy
from lab.array import Array, numbers
from lab.clouds import Clouds, clouds
from lab.draws import draws
from lab.network import Layer, LayerGradient, backward, forward

_EXAMPLES, _DIMENSIONS, _CLASSES, _BATCH = 256, 16, 4, 64


def run(request: BatchNormScale) -> BatchNormScaleResult:
    """Accuracies and losses of all networks, which train side by side."""
    deviations = np.geomspace(request.smallest, request.largest, request.scales)
    data = clouds(_EXAMPLES, _DIMENSIONS, _CLASSES, request.seed)
    plain, plain_loss = _trained(request, deviations, data, batch_norm=False)
    normalized, normalized_loss = _trained(request, deviations, data, batch_norm=True)
    return BatchNormScaleResult(
        deviations=numbers(deviations),
        plain=numbers(plain),
        batch_norm=numbers(normalized),
        plain_loss=numbers(plain_loss),
        batch_norm_loss=numbers(normalized_loss),
    )


def charts(request: BatchNormScale, result: BatchNormScaleResult) -> tuple[LineChart, ...]:
    """Accuracy by deviation."""
    pairs = ("without batch norm", result.plain), ("with batch norm", result.batch_norm)
    return (
        LineChart(
            title=f"Accuracy after {request.steps} steps",
            x_label="deviation of the initial weights",
            y_label="accuracy",
            x_is_logarithmic=True,
            series=tuple(Series(name=name, x=result.deviations, y=values) for name, values in pairs),
        ),
    )


def _trained(request: BatchNormScale, deviations: Array, data: Clouds, *, batch_norm: bool) -> tuple[Array, Array]:
    """Accuracy and loss over all points, for each deviation."""
    layers = _layers(request, deviations, batch_norm=batch_norm)
    for step in range(request.steps):
        batch = draws(request.seed, "batch", step).permutation(_EXAMPLES)[:_BATCH]
        passes = forward(layers, data.points[batch])
        top = cross_entropy.gradient(passes[-1].outputs, data.labels[batch])
        layers = [
            _descended(layer, gradient, request.lr)
            for layer, gradient in zip(layers, backward(layers, passes, top), strict=True)
        ]
    logits = forward(layers, data.points)[-1].outputs
    return cross_entropy.accuracies(logits, data.labels), cross_entropy.losses(logits, data.labels)


def _layers(request: BatchNormScale, deviations: Array, *, batch_norm: bool) -> list[Layer]:
    """A stack of networks with the same random draws, scaled by each deviation: weights (scales, fan_in, units)."""
    widths = [_DIMENSIONS, *[request.units] * request.layers, _CLASSES]
    layers = []
    for place, shape in enumerate(pairwise(widths)):
        weights = deviations[:, None, None] * draws(request.seed, "weights", place).normal(size=shape)
        is_output = place == request.layers
        activation = "identity" if is_output else request.activation
        layers.append(
            Layer(weights, np.zeros((len(deviations), 1, shape[1])), activation, batch_norm and not is_output)
        )
    return layers


def _descended(layer: Layer, gradient: LayerGradient, rate: float) -> Layer:
    return Layer(
        layer.weights - rate * gradient.weights,
        layer.bias - rate * gradient.bias,
        layer.activation,
        layer.batch_norm,
    )
