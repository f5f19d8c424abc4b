"""A gradient that is lost on the way back through the layers, as seen in a run."""

from math import inf, prod, sqrt

from gradus.spec.network import NetworkPlan
from gradus.wire.finding import Evidence, Finding, Patch, Since
from gradus.wire.layer_report import LayerReport
from insight.in_run.layers import hidden, newest
from insight.outcome import learns_well, severity
from insight.run import Run
from insight.words import count, figure, rounded

WHOLE, FACTOR = 0.1, 0.5
"""The ratio of the first layer's gradient to the last one's, and the mean factor per layer, below both of which the
gradient vanishes; 0.9 to 1.2 per layer is healthy."""
SOLVED = 0.05
"""Share of a constant prediction's loss below which the problem is solved, and gradients are small everywhere."""


def in_run(run: Run) -> Finding | None:
    """Fires if the gradient with respect to the first layer's weighted sums is less than a tenth of the last hidden
    layer's, and each layer passes less than half of it. Gradients that are small in all layers belong to a solved
    problem."""
    report = newest(run)
    if (
        report is None
        or not run.is_due
        or learns_well(run)
        or run.failure is not None
        or run.remaining(run.last.train_loss) < SOLVED
    ):
        return None
    ratio, factor, layers = backward(report, run.network)
    if layers < 2 or not (ratio < WHOLE and factor < FACTOR):
        return None
    since = report
    for earlier in reversed(run.reports):
        before, each, _ = backward(earlier, run.network)
        if not (before < WHOLE and each < FACTOR):
            break
        since = earlier
    first = hidden(report)[0]
    return Finding(
        id="vanishing_gradient",
        severity=severity(run),
        layer=first.name,
        since=Since(epoch=since.epoch, step=since.step),
        evidence=(
            Evidence(statistic="gradient_ratio", layer=first.name, value=ratio, threshold=WHOLE, healthy=(0.3, 3)),
            Evidence(statistic="gradient_factor", value=factor, threshold=FACTOR, healthy=(0.8, 1.25)),
        ),
        because=f"Each layer multiplies the gradient by about {figure(factor)} on the way back: of what reaches the "
        f"last of {count(layers, 'hidden layer')}, {figure(ratio)} reaches {first.name}, which hardly learns.",
        patches=PATCHES,
    )


def backward(report: LayerReport, network: NetworkPlan) -> tuple[float, float, int]:
    """R, q and the number of hidden layers. R is the norm of an example's gradient in the first hidden layer over that
    in the last, and q its root, the factor per layer. Unlike the root mean square, the norm does not change if pooling
    or a convolution spreads a gradient over more values."""
    sizes = {layer.name: prod(layer.shape) for layer in network.layers}
    deltas = [
        layer.delta_rms * sqrt(sizes.get(layer.name, layer.units))
        for layer in hidden(report)
        if layer.delta_rms is not None
    ]
    if len(deltas) < 2 or not all(0 <= delta < inf for delta in deltas) or not deltas[-1] > 0:
        return 1.0, 1.0, len(deltas)
    ratio = deltas[0] / deltas[-1]
    return ratio, rounded(ratio ** (1 / (len(deltas) - 1))), len(deltas)


PATCHES = (
    Patch(patch={"activation": "relu", "init": {"kind": "auto"}}, why="ReLU passes the gradient on undiminished."),
    Patch(patch={"batch_norm": True}, why="Normalization gives every layer a gradient of the same size."),
)
