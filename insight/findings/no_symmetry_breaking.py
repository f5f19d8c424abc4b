"""All units of a layer start with the same weights."""

from gradus.wire.finding import Evidence, Finding
from insight import cures
from insight.findings.kind import FindingKind
from insight.in_run.no_symmetry_breaking import in_run
from insight.start import Start


def at_start(start: Start) -> Finding | None:
    """Fires if a hidden layer has at least two units and all of them start with the same weights. Exact: there is no
    threshold. Zeros in the output layer alone are harmless, as its gradient differs between classes."""
    layer = next((one for one in start.measured.hidden if one.units > 1 and one.distinct_units == 1), None)
    if layer is None:
        return None
    return Finding(
        id=KIND.id,
        severity="critical",
        layer=layer.name,
        evidence=(
            Evidence(
                statistic="distinct_units",
                layer=layer.name,
                value=layer.distinct_units,
                threshold=1,
                healthy=(layer.units, layer.units),
            ),
        ),
        because=f"All {layer.units} units of {layer.name} start with the same weights, get the same gradient and stay "
        "copies of one another: the layer can never do more than a single unit.",
        patches=(cures.auto_init(start.spec),),
    )


KIND = FindingKind(
    id="no_symmetry_breaking",
    title="All units of a layer start equal",
    looks_like="The loss falls a little, to what a network with one unit per layer can do, and stays there. Every "
    "column of a layer's weights is the same, in every epoch.",
    why="Units with equal weights compute the same output, get the same gradient, and so stay equal: gradient descent "
    "cannot tell them apart. Zero weights are worse: they pass neither signal nor gradient. The finding counts "
    "the different columns of each hidden layer's initial weights, and needs no threshold.",
    cure='Draw the weights at random: `{"init": "auto"}`.',
    at_start=at_start,
    in_run=in_run,
)
