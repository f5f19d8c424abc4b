"""A network without a nonlinear function."""

from gradus.spec.nodes.add import AddPlan
from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.spec.nodes.pool import MaxPoolPlan
from gradus.wire.finding import Evidence, Finding
from insight import cures
from insight.findings.kind import FindingKind
from insight.in_run.linear_network import in_run
from insight.start import Start
from insight.words import count


def at_start(start: Start) -> Finding | None:
    """Fires if no hidden layer has an activation function. Exact: there is no threshold."""
    hidden = start.network.layers[:-1]
    layers = [layer for layer in hidden if isinstance(layer, DensePlan | ConvPlan)]
    nonlinear = [
        layer
        for layer in hidden
        if isinstance(layer, MaxPoolPlan)
        or (isinstance(layer, DensePlan | ConvPlan | AddPlan) and layer.activation != "identity")
    ]
    if not layers or nonlinear:
        return None
    return Finding(
        id=KIND.id,
        severity="warning",
        layer=layers[0].name,
        evidence=(Evidence(statistic="nonlinear_layers", value=0, threshold=1, healthy=(1, None)),),
        because=f"None of the {count(len(layers), 'hidden layer')} has an activation function: together they compute "
        "one weighted sum of the inputs, which no hidden layer at all can do as well.",
        patches=(cures.cure(start.spec, {"activation": "relu", "init": {"kind": "auto"}}, "ReLU bends the function."),),
    )


KIND = FindingKind(
    id="linear_network",
    title="The network is linear",
    looks_like="It learns quickly and stops at the score of a linear model.",
    why="A weighted sum of weighted sums is a weighted sum: layers with the activation `identity` add parameters, but "
    "nothing that one layer could not compute.",
    cure='`{"activation": "relu"}`, or `"layers": []` if a linear model is wanted.',
    at_start=at_start,
    in_run=in_run,
)
