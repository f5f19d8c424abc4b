"""The learning rate is too low."""

from gradus.wire.finding import Evidence, Finding, Patch
from insight import cures
from insight.findings.kind import FindingKind
from insight.start import Start
from insight.words import count, figure

WARNING = 3.0
CRITICAL = 0.3
"""D: what the planned steps take off the loss, by the gradient, if every step were as good as the first."""
PER_STEP = 1e-3
"""D of a step above which not the rate, but the number of steps is low."""
ENOUGH = 30.0
"""D that a new learning rate should have."""
SOUND = 0.85
"""rho of a step that is not too long."""


def at_start(start: Start) -> Finding | None:
    """Fires if the planned steps cannot leave the start: D < 3, at less than a thousandth of the loss per step."""
    measured, rate = start.measured, start.measured.rate
    steps = measured.data.steps
    if not 0 < rate.decrease < WARNING or rate.rho < SOUND or rate.decrease / steps > PER_STEP:
        return None
    return Finding(
        id=KIND.id,
        severity="critical" if rate.decrease < CRITICAL else "warning",
        evidence=(
            Evidence(statistic="decrease", value=rate.decrease, threshold=WARNING, healthy=(10, None)),
            Evidence(statistic="rho", value=rate.rho, healthy=(0.25, 1)),
        ),
        because=f"With a learning rate of {start.spec.optimizer.lr:g} the {count(steps, 'step')} of this run would "
        f"take off {figure(rate.decrease)} of the loss, even if each gained as much as the first: too little to learn.",
        patches=_patches(start),
    )


def _patches(start: Start) -> tuple[Patch, ...]:
    best = higher_rate(start)
    adam = Patch(
        patch={"optimizer": {"kind": "adam", "lr": 0.001}}, why="Adam's steps do not shrink with the gradient."
    )
    rate = [] if best is None else [cures.rate(best, f"The planned steps then take off {ENOUGH:g} times the loss.")]
    return (*rate, adam) if not start.is_adaptive else tuple(rate)


def higher_rate(start: Start) -> float | None:
    """The learning rate with rho 0.85; a higher one if its steps would still not take off enough, as long as rho is
    above 1/2. None if none is higher."""
    step, lr = start.measured.step, start.spec.optimizer.lr
    per_rate = start.measured.rate.decrease / lr
    best = step.recommended if step.recommended is not None else lr
    if best * per_rate < ENOUGH and step.suggested is not None:
        best = min(step.suggested[1], ENOUGH / per_rate)
    return best if best > lr else None


KIND = FindingKind(
    id="lr_too_low",
    title="The learning rate is too low",
    looks_like="The loss falls in a straight line, and hardly.",
    why="D is the relative decrease of the loss that the gradient predicts for the first step, times the number of "
    "steps, their schedule and momentum included. A run with D < 1 could not reach 0 even if the loss were a straight "
    "line; networks that learn have 10 to 10,000. The same low D with a vanishing gradient or a collapsed signal is a "
    "consequence of that.",
    cure="The learning rate at which rho is 0.85, which the probe measures; or Adam.",
    at_start=at_start,
)
