"""Clipping that shortens every step, as seen in a run."""

from gradus.spec.optimizer import SGD, AdaGrad, Momentum
from gradus.wire.finding import Evidence, Finding, Patch
from insight.in_run.slow import is_slow, severity_of_short_steps
from insight.outcome import STRICT, learns_well
from insight.run import Run
from insight.trend import median
from insight.words import clip_norm, figure, percent

RATIO = 5.0
"""Mean gradient norm of the median epoch over the limit. Above this ratio nearly all gradients are clipped."""
SLOW = 1.5
"""Replaces `RATIO` for a run that ended too early: above this ratio most gradients are clipped."""


def in_run(run: Run) -> Finding | None:
    """Fires if the gradient norm is several times the limit in most epochs, so that the limit determines the length of
    each step; if the run ended too early, one and a half times is enough. With Adam and RMSProp, which divide by the
    size of the gradient, it is a note."""
    limit = run.spec.clip_norm
    if limit is None or not run.is_due or run.failure is not None:
        return None
    norm = median([row.gradient_norm for row in run.rows], run.spans)
    ratio = norm / limit
    is_plain = isinstance(run.spec.optimizer, SGD | Momentum | AdaGrad)
    limits = is_plain and ratio > SLOW and is_slow(run)
    if not (ratio > RATIO or limits):
        return None
    hurts = limits or (is_plain and not learns_well(run, STRICT))
    wanted = clip_norm(1.5 * norm)
    return Finding(
        id="clipping_too_strong",
        severity=severity_of_short_steps(run) if hurts else "note",
        evidence=(
            Evidence(
                statistic="gradient_norm_over_clip_norm",
                value=ratio,
                threshold=SLOW if limits else RATIO,
                healthy=(0, SLOW),
            ),
            Evidence(statistic="gradient_norm", value=norm, healthy=(0, limit)),
        ),
        because=f"Gradients have a norm of {figure(norm)} in the median epoch, and clip_norm is {limit:g}: each step "
        f"is shortened to {percent(1 / ratio)} of its length.",
        patches=(
            Patch(patch={"clip_norm": wanted}, why=f"A limit of {wanted:g} catches outliers alone."),
            Patch(patch={"clip_norm": None}, why="Without a limit no step is shortened."),
        ),
    )
