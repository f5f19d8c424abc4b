"""Hidden layers without a nonlinearity, in a run."""

from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.wire.finding import Evidence, Finding, Patch
from insight.linear import is_nonlinear
from insight.outcome import severity
from insight.run import Run
from insight.words import count


def in_run(run: Run) -> Finding | None:
    """Fires if no hidden layer has an activation function or takes a maximum: together they are one matrix."""
    hidden = [one for one in run.network.layers[:-1] if isinstance(one, DensePlan | ConvPlan)]
    if not hidden or not run.is_due or is_nonlinear(run.network):
        return None
    return Finding(
        id="linear_network",
        severity=severity(run) if run.failure is None else "note",
        evidence=(Evidence(statistic="nonlinear_layers", value=0, threshold=0, healthy=(1, None)),),
        because=f"{count(len(hidden), 'hidden layer')} with the activation 'identity' multiply the inputs by one "
        "matrix after another, which is one matrix: the network can draw straight borders only.",
        patches=(Patch(patch={"activation": "relu", "init": {"kind": "auto"}}, why="ReLU lets the borders bend."),),
    )
