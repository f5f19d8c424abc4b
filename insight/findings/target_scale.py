"""The targets of a regression are far from the outputs."""

from gradus.wire.finding import Evidence, Finding, Patch
from insight import cures, tried
from insight.findings.kind import FindingKind
from insight.in_run.target_scale import FAR, MOST, gradients_grow, in_run
from insight.start import Start
from insight.words import figure

DECREASE = 3.0
SOUND = 0.85
"""rho below which a step is too long."""


def at_start(start: Start) -> Finding | None:
    """Fires if the targets, in the units that the network learns, are at least four times as far from 0 as the outputs,
    and the steps are too large to stay near them or, unless gradients grow with the distance, too small to reach
    them."""
    data, begin, rate = start.measured.data, start.measured.start, start.measured.rate
    if not data.target_deviation or begin.output_deviation <= 0:
        return None
    far = max(abs(mean) + deviation for mean, deviation in zip(data.target_mean, data.target_deviation, strict=True))
    is_slow = rate.decrease < DECREASE and not gradients_grow(start.spec, start.data.task)
    if far <= FAR * max(1.0, begin.output_deviation) or not (is_slow or rate.rho <= 0):
        return None
    then = (
        f"the planned steps lower the loss by only {figure(rate.decrease)} times its size"
        if is_slow
        else f"gradients are as large, and the first step goes too far (rho {figure(rate.rho)})"
    )
    return Finding(
        id=KIND.id,
        severity="warning",
        layer="output",
        evidence=(
            Evidence(statistic="target_deviation", value=far, threshold=FAR, healthy=(0, FAR)),
            Evidence(statistic="decrease", value=rate.decrease, threshold=DECREASE, healthy=(10, None)),
            Evidence(statistic="rho", value=rate.rho, threshold=0, healthy=(0.25, 1)),
        ),
        because=f"Targets are about {figure(far)} away from 0, where the outputs start with a deviation of "
        f"{figure(begin.output_deviation)}; {then}.",
        patches=_patches(start, far),
    )


def _patches(start: Start, far: float) -> tuple[Patch, ...]:
    """Patches of the learning rate: to rates that were tried, then to the spec's rate times the distance. None if the
    steps are too long already, because longer ones would not help."""
    if start.measured.rate.rho < SOUND:
        return ()
    known = () if tried.higher(start) is None else tried.patches(start, higher=True)
    lr = min(far, MOST) * start.spec.optimizer.lr
    return (*known, cures.rate(start.spec, lr, "Longer steps reach the targets in the same number of epochs."))


KIND = FindingKind(
    id="target_scale",
    title="The targets are out of reach",
    looks_like="The validation R² is far below 0 and rises slowly, in a straight line.",
    why="The output starts near 0. An adaptive optimizer moves each weight by about the learning rate per step, and "
    "the gradients of absolute, Huber and quantile losses are bounded. Both take many steps to reach targets that are "
    "far away. The gradient of a squared error grows with the distance, so that gradient descent reaches far targets "
    "as fast as near ones, but its steps may be too long. Gradus standardizes every target by its training examples: "
    "only targets that are changed afterwards are far away.",
    cure="Take longer steps, as long as the loss falls as much as the gradient predicts. After a divergence, take "
    "shorter steps. Or train on targets with a standard deviation of 1.",
    at_start=at_start,
    in_run=in_run,
)
