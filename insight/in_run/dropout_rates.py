"""The dropout rates of a network, and patches that lower them."""

from typing import Any

from gradus.fork import unresolved
from gradus.spec.network import NetworkPlan
from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.wire.finding import Patch
from insight.run import Run
from insight.start import Start
from insight.words import percent, rounded

RATE = 0.5
ENOUGH = 2
"""Units that dropout must leave in a layer for each output."""


def largest_rate(network: NetworkPlan) -> float:
    """The largest rate of the inputs and the layers."""
    layers = [layer.dropout for layer in network.layers if isinstance(layer, DensePlan | ConvPlan)]
    return max([network.input_dropout, *layers])


def narrowest(network: NetworkPlan) -> DensePlan | ConvPlan | None:
    """The layer with dropout that has the fewest units left."""
    layers = [one for one in network.layers if isinstance(one, DensePlan | ConvPlan) and one.dropout > 0]
    return min(layers, key=lambda one: (1 - one.dropout) * one.shape[-1], default=None)


def weaker(run: Run | Start, *, is_needless: bool = False) -> tuple[Patch, ...]:
    """Patches: first a quarter of the largest rate, then no dropout; in the opposite order if dropout `is_needless`.
    For regression only no dropout."""
    less = 0.0 if run.data.task == "regression" else rounded(largest_rate(run.network) / 4)
    none = Patch(patch=_with(run, 0.0), why="Without dropout every unit learns in every step.")
    if less == 0:
        return (none,)
    quarter = Patch(patch=_with(run, less), why=f"Dropout of {less:g} leaves {percent(1 - less)} of the units.")
    return (none, quarter) if is_needless else (quarter, none)


def _with(run: Run | Start, rate: float) -> dict[str, Any]:
    """The changes that lower all higher rates, of layers and of inputs, to this one. Lower rates are kept."""
    network, spec = run.network, run.spec
    rates = [layer.dropout for layer in network.layers[:-1] if isinstance(layer, DensePlan | ConvPlan)]
    changes: dict[str, Any] = {}
    if max(rates, default=0.0) > rate > min(rates, default=0.0):
        changes["layers"] = [_capped(layer, rate) for layer in unresolved(spec)["layers"]]
        if spec.dropout > rate:
            changes["dropout"] = rate
    elif max(rates, default=0.0) > rate:
        changes["dropout"] = rate
    if network.input_dropout > rate:
        changes["input_dropout"] = rate
    return changes


def _capped(layer: dict[str, Any], rate: float) -> dict[str, Any]:
    """A layer's document, with its own rate, if it has one, lowered to at most this rate."""
    capped = dict(layer)
    if "dropout" in layer:
        capped["dropout"] = min(layer["dropout"], rate)
    if "layers" in layer:
        capped["layers"] = [_capped(inner, rate) for inner in layer["layers"]]
    return capped
