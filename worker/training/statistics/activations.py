"""Activations of all layers, on the sampled examples."""

from collections.abc import Callable, Iterable
from math import prod

import torch
from torch import Tensor

from gradus.spec.network import NetworkPlan
from gradus.spec.nodes.graph import LayerPlan
from gradus.wire.layer_report import BINS
from insight.statistics.activations import ActivationTotals, dead_share, flat_share
from insight.statistics.histogram import histogram, thinned
from models.activation import LARGEST_SLOPE, slopes
from models.network import Network
from models.observation import Observation
from worker.training.statistics.readings import Readings


def is_reported(layer: LayerPlan) -> bool:
    """Whether a layer has statistics: it learns, or has an activation function."""
    return bool(layer.tensors) or layer.activation != "identity"


def measure_activations(
    network: Network,
    plan: NetworkPlan,
    parts: Iterable[Tensor],
    examples: int,
    *,
    full: bool,
    see_outputs: Callable[[Tensor], None] | None = None,
) -> Readings:
    """The statistics of each layer's activations, in evaluation mode, for inputs (K, n, inputs) that come in `parts`.
    With `full`, also histograms, which need the number of all `examples`. `see_outputs` is called with the outputs of
    the network for each part."""
    seen = {layer.name: _Seen(layer, examples, full=full) for layer in plan.layers if is_reported(layer)}
    observations = {
        name: Observation(see_sums=one.see_sums) for name, one in seen.items() if one.layer.activation != "identity"
    }
    with network.observed(observations):
        for inputs in parts:
            for name, output in network.evaluated_layers(inputs):
                if name in seen:
                    seen[name].see_output(output)
                if see_outputs is not None and name == plan.layers[-1].name:
                    see_outputs(output)
    return {(name, key): number for name, one in seen.items() for key, number in one.readings().items()}


class _Seen:
    """What was seen of a layer so far."""

    def __init__(self, layer: LayerPlan, examples: int, *, full: bool) -> None:
        self.layer = layer
        self._numbers = examples * prod(layer.shape) if full else 0
        """Number of output values of all examples, from which those of a histogram are chosen; 0 without a
        histogram."""
        self._totals: ActivationTotals | None = None
        self._flat: Tensor | None = None
        self._sums = 0
        self._highest: Tensor | None = None
        self._place = 0
        self._chosen: list[Tensor] = []

    def see_sums(self, z: Tensor) -> None:
        """Add sums z (K, n, units), or (K, n · pixels, channels)."""
        activation = self.layer.activation
        flat = flat_share(slopes(activation, z), LARGEST_SLOPE[activation])
        self._sums += z.shape[1]
        self._flat = flat if self._flat is None else self._flat + (flat - self._flat) * (z.shape[1] / self._sums)
        if activation == "relu":
            # with channels as units: sums of images that are added up have a unit for each pixel
            highest = z.reshape(len(z), -1, self.layer.shape[-1]).amax(1)
            self._highest = highest if self._highest is None else torch.maximum(self._highest, highest)

    def see_output(self, output: Tensor) -> None:
        """Add outputs (K, n, ...)."""
        totals = ActivationTotals(output.reshape(*output.shape[:2], prod(output.shape[2:])))
        if self._totals is None:
            self._totals = totals
        else:
            self._totals.add(totals)
        if self._numbers:
            self._chosen.append(thinned(output, self._place, self._numbers).clone())  # later layers write over it
            self._place += output[0].numel()

    def readings(self) -> dict[str, Tensor]:
        """The measured numbers by statistic."""
        assert self._totals is not None
        found = self._totals.statistics()
        readings = {"mean": found.mean, "deviation": found.deviation, "largest": found.largest, "share": found.share}
        if self._flat is not None:
            readings["flat"] = self._flat
        if self._highest is not None:
            readings["dead"] = dead_share(self._highest[:, None])
        if self._chosen:
            low, high, counts = histogram(torch.cat(self._chosen, 1), BINS)
            readings |= {"activations.low": low, "activations.high": high, "activations.counts": counts}
        return readings
