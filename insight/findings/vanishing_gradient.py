"""The gradient vanishes on its way back to the first layers."""

from gradus.wire.finding import Evidence, Finding
from insight import cures
from insight.findings.kind import FindingKind
from insight.in_run.vanishing_gradient import in_run
from insight.start import Start
from insight.words import figure

RATIO = 0.1
"""R below which the gradient vanishes: the ratio of the first hidden layer's gradient to the last one's."""
FACTOR = 0.5
"""q below which it vanishes: the same ratio per layer, 0.7 to 1.2 in healthy networks."""
LOST = 0.01


def at_start(start: Start) -> Finding | None:
    """Fires if R < 0.1 and q < 0.5, with at least three hidden layers. Adaptive optimizers cancel the scale of the
    gradient: with them it is a note."""
    begin, hidden = start.measured.start, start.measured.hidden
    ratio, factor = begin.gradient_ratio, begin.backward_factor
    if ratio is None or factor is None or len(hidden) < 3 or ratio >= RATIO or factor >= FACTOR or ratio == 0:
        return None
    is_lost = ratio < LOST and not start.is_adaptive
    return Finding(
        id=KIND.id,
        severity="note" if start.is_adaptive or start.learns_at_once else "critical" if is_lost else "warning",
        layer=hidden[0].name,
        evidence=(
            Evidence(statistic="gradient_ratio", value=ratio, threshold=RATIO, healthy=(RATIO, 10)),
            Evidence(statistic="backward_factor", value=factor, threshold=FACTOR, healthy=(0.7, 1.3)),
        ),
        because=f"Each layer multiplies the gradient by about {figure(factor)}: {hidden[0].name} gets {figure(ratio)} "
        f"of the gradient that {hidden[-1].name} gets, which is {len(hidden) - 1} layers later.",
        patches=(cures.relu(start.spec), cures.batch_norm(start.spec)),
    )


KIND = FindingKind(
    id="vanishing_gradient",
    title="The gradient vanishes",
    looks_like="The last layers learn and the first do not: their weights hardly move. The loss sits on a plateau that "
    "grows with every layer added.",
    why="The gradient of a layer is that of the next one times the weights and the slope of the activation function. "
    "The slope of the logistic function is 1/4 at most, so that a sigmoid layer with Xavier weights passes 0.24 of the "
    "gradient, and the first of five gets 1/300 of what the last gets. The ratio R of first to last layer does not "
    "depend on the batch, on the scale of the loss, or on widths (the norm of the gradient of an example's loss with "
    "respect to the weighted sums is "
    "compared, which He's and Xavier's weights preserve). Norms of gradients alone would not show the problem: they "
    "also go to 0 when everything is learned.",
    cure='`{"activation": "relu", "init": "auto"}`; batch normalization; fewer layers; residual connections.',
    at_start=at_start,
    in_run=in_run,
)
