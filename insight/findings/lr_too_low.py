"""The learning rate is too low."""

from math import inf

from gradus.wire.finding import Evidence, Finding, Patch
from insight import cures, tried
from insight.findings.kind import FindingKind
from insight.in_run.lr_too_low import in_run
from insight.start import Start
from insight.words import count, figure

WARNING = 3.0
CRITICAL = 0.3
"""Values of D below which the finding is a warning, or critical. D is the relative decrease of the loss if every
planned step gained what the gradient predicts for the first."""
PLAIN_WARNING = 10.0
"""Replaces `WARNING` for gradient descent with sound signals: a run lost four points of accuracy with a D of 13, and
nine with 6."""
NARROW = 0.1
"""Replaces `WARNING` if a layer has too few units for the classes, which makes D small by itself."""
ROOM = 10.0
"""Minimum ratio of the suitable learning rate to the spec's. Below it, the number of steps is too low, not the rate."""
ENOUGH = 100.0
"""D that a new learning rate should have: the best rates have 30 to 500."""
SOUND = 0.85
"""rho below which a step is too long."""
USUAL_TIMES = 10
"""The highest learning rate that the first step alone may suggest, as a multiple of the optimizer's usual rate."""


def at_start(start: Start) -> Finding | None:
    """Fires if the planned steps cannot leave the start, D < 3 (10 for gradient descent), and a learning rate ten times
    as high would suit; or if a higher rate was tried and learned more. It does not fire if the whole run was tried
    and no rate is better."""
    if tried.is_sound(start) or tried.is_near_best(start):
        return None
    return _tried(start) if not _is_flat(start) else _finding(start)


def _is_flat(start: Start) -> bool:
    rate, best = start.measured.rate, higher_rate(start)
    is_far = best is not None and best >= ROOM * start.spec.optimizer.lr
    return 0 < rate.decrease < _limit(start) and rate.rho >= SOUND and is_far


def _limit(start: Start) -> float:
    if start.is_narrow:
        return NARROW
    return PLAIN_WARNING if not start.is_adaptive and _is_sound(start) else WARNING


def _finding(start: Start) -> Finding:
    rate, steps = start.measured.rate, start.measured.data.steps
    return Finding(
        id=KIND.id,
        severity="critical" if rate.decrease < CRITICAL else "warning",
        evidence=(
            Evidence(statistic="decrease", value=rate.decrease, threshold=_limit(start), healthy=(10, None)),
            Evidence(statistic="rho", value=rate.rho, healthy=(0.25, 1)),
        ),
        because=f"With a learning rate of {start.spec.optimizer.lr:g} the {count(steps, 'step')} of this run would "
        f"lower the loss by only {figure(rate.decrease)} times its size, even if each gained as much as the first; "
        "runs that learn have 10 or more.",
        patches=_patches(start),
    )


def _tried(start: Start) -> Finding | None:
    trial = tried.higher(start)
    if trial is None or start.is_narrow or start.measured.data.steps < tried.FEW_STEPS:
        return None  # a layer is too narrow, or there are too few steps: other findings
    return Finding(
        id=KIND.id,
        severity="warning",
        evidence=tried.evidence(start, trial),
        because=tried.because(start, trial) + ": its steps are too short to get as far.",
        patches=_patches(start),
    )


def _is_sound(start: Start) -> bool:
    """Whether the signals already have their final size: with small weights the gradient grows later."""
    begin = start.measured.start
    return begin.output_deviation > SMALL_OUTPUTS and (begin.gradient_ratio is None or begin.gradient_ratio > EVEN)


SMALL_OUTPUTS = 0.1
EVEN = 0.3


def _patches(start: Start) -> tuple[Patch, ...]:
    best = _within_trial(start, higher_rate(start))
    adam = Patch(
        patch={"optimizer": {"kind": "adam", "lr": 0.001}}, why="Adam's steps do not shrink with the gradient."
    )
    rate = (
        []
        if best is None
        else [cures.rate(start.spec, best, "Longer steps that still gain what their gradient predicts.")]
    )
    rate = [*tried.patches(start, higher=True), *rate]
    return (*rate, adam) if not start.is_adaptive else tuple(rate)


def _within_trial(start: Start, rate: float | None) -> float | None:
    """The rate, but at most the middle one of the rates that did well in a trial: a rate that is too high for a part of
    the run is too high for the whole run."""
    trial = start.measured.step.trial
    if rate is None or trial is None or trial.middle <= start.spec.optimizer.lr:
        return rate
    return min(rate, trial.middle)


def higher_rate(start: Start) -> float | None:
    """The learning rate with a sufficient D, or the one with a rho of 0.85 if that is lower, and at most ten times the
    optimizer's usual one: the first step says little about later ones. None if it is not higher than the present
    one."""
    step, lr, decrease = start.measured.step, start.spec.optimizer.lr, start.measured.rate.decrease
    if step.recommended is None or decrease <= 0:
        return None
    usual = cures.USUAL.get(start.spec.optimizer.kind)
    best = min(step.recommended, lr * ENOUGH / decrease, inf if usual is None else USUAL_TIMES * usual)
    return best if best > lr else None


KIND = FindingKind(
    id="lr_too_low",
    title="The learning rate is too low",
    looks_like="The loss falls slowly, in a straight line.",
    why="D is the relative decrease of the loss that the gradient predicts for the first step, times the number of "
    "steps, their schedule and momentum included. A run with D < 1 could not reach 0 even if the loss were a straight "
    "line; networks that learn have 10 to 10,000. If the gradient vanishes or the signal collapses, a low D is a "
    "consequence of that. Milder cases show in the probe's short trainings at other rates: a higher one has a lower "
    "loss on what it learned, and is better on held-out examples, beyond chance. If these trainings are shorter than "
    "the run, the rate has to be higher by the same factor.",
    cure="The rate that did best in the short trainings; else the one at which rho is 0.85, which the probe measures; "
    "or Adam.",
    at_start=at_start,
    in_run=in_run,
)
