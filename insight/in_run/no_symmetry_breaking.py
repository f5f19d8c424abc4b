"""Layers whose units are copies of one another, as seen in the spec of a run."""

from gradus.spec.initializer import Constant, Zeros
from gradus.spec.nodes.dense import DensePlan
from gradus.wire.finding import Evidence, Finding, Patch
from insight.outcome import STRICT, severity
from insight.run import Run


def in_run(run: Run) -> Finding | None:
    """Fires if all weights of a hidden layer with at least two units start equal. In a network that learns well it is a
    note, as dropout can make the units of a layer differ."""
    layer = next((one for one in run.network.layers[:-1] if _is_constant(one)), None)
    if not isinstance(layer, DensePlan) or not run.is_due:
        return None
    return Finding(
        id="no_symmetry_breaking",
        severity=severity(run, STRICT),
        layer=layer.name,
        evidence=(
            Evidence(
                statistic="distinct_units", layer=layer.name, value=1, threshold=1, healthy=(layer.units, layer.units)
            ),
        ),
        because=f"All {layer.units} units of {layer.name} started with the same weights, get the same gradient and "
        "stay copies of one another: the layer can never do more than a single unit.",
        patches=(Patch(patch={"init": {"kind": "auto"}}, why="Random weights make every unit start differently."),),
    )


def _is_constant(layer: object) -> bool:
    return isinstance(layer, DensePlan) and layer.units > 1 and isinstance(layer.init, Constant | Zeros)
