"""Activations of all layers, on the sampled examples."""

from collections.abc import Sequence
from functools import partial
from math import prod

from torch import Tensor

from gradus.spec.network import NetworkPlan
from gradus.spec.nodes.graph import LayerPlan
from gradus.wire.layer_report import BINS
from insight.statistics.activations import activation_statistics, dead_share, flat_share
from insight.statistics.histogram import histogram
from models.activation import LARGEST_SLOPE, slopes
from models.network import Network
from models.observation import Observation
from worker.training.statistics.readings import Readings


def is_reported(layer: LayerPlan) -> bool:
    """Whether a layer has statistics: it learns, or has an activation function."""
    return bool(layer.tensors) or layer.activation != "identity"


def measure_activations(network: Network, plan: NetworkPlan, inputs: Tensor, *, full: bool) -> Readings:
    """The statistics of each layer's activations for inputs (K, n, inputs), in evaluation mode."""
    readings: Readings = {}
    reported = {layer.name: layer for layer in plan.layers if is_reported(layer)}
    observations = {
        layer.name: Observation(see_sums=partial(_see_sums, readings, layer))
        for layer in reported.values()
        if layer.activation != "identity"
    }
    with network.observed(observations):
        for name, output in network.evaluated_layers(inputs):
            if name in reported:
                _see_output(readings, name, output, full=full)
    return readings


def _see_sums(readings: Readings, layer: LayerPlan, z: Tensor) -> None:
    """Of sums z (K, n, units), or (K, n · pixels, channels)."""
    readings[layer.name, "flat"] = flat_share(slopes(layer.activation, z), LARGEST_SLOPE[layer.activation])
    if layer.activation == "relu":
        readings[layer.name, "dead"] = dead_share(_channels(z, layer.shape))


def _channels(z: Tensor, shape: Sequence[int]) -> Tensor:
    """The sums with channels as units: those of images that are added up have a unit for each pixel."""
    return z.reshape(len(z), -1, shape[-1])


def _see_output(readings: Readings, name: str, output: Tensor, *, full: bool) -> None:
    """Of a layer's output (K, n, ...)."""
    found = activation_statistics(output.reshape(*output.shape[:2], prod(output.shape[2:])))
    readings[name, "mean"], readings[name, "deviation"] = found.mean, found.deviation
    readings[name, "largest"], readings[name, "share"] = found.largest, found.share
    if full:
        low, high, counts = histogram(output, BINS)
        readings[name, "activations.low"], readings[name, "activations.high"] = low, high
        readings[name, "activations.counts"] = counts
