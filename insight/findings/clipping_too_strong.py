"""Gradient clipping shortens every step."""

from gradus.wire.finding import Evidence, Finding, Patch
from insight import tried
from insight.findings.kind import FindingKind
from insight.in_run.clipping_too_strong import in_run
from insight.start import Start
from insight.words import figure, rounded

DECREASE = 3.0
"""D below which the planned steps cannot leave the start, as for a learning rate that is too low."""
LIMITING = 1.5
"""The first gradient's norm over the limit, from which on it shortens most steps."""


def at_start(start: Start) -> Finding | None:
    """Fires if the first gradient is clipped and the planned steps cannot leave the start, but could without
    clipping; or if it is clipped to two thirds, and the run learns more at a higher rate."""
    limit, norm, rate = start.spec.clip_norm, start.measured.step.gradient_norm, start.measured.rate
    if limit is None or norm <= limit or start.is_adaptive:
        return None
    is_stuck = rate.decrease < DECREASE <= rate.decrease * norm / limit
    trial = None if is_stuck or norm <= LIMITING * limit else tried.higher(start)
    if not is_stuck and trial is None:
        return None
    if trial is None:
        evidence: tuple[Evidence, ...] = (
            Evidence(statistic="decrease", value=rate.decrease, threshold=DECREASE, healthy=(10, None)),
        )
        told = f"the planned steps lower the loss by only {figure(rate.decrease)} times its size."
    else:
        evidence, because = tried.evidence(start, trial), tried.because(start, trial)
        told = f"longer ones learn more. {because}."
    wide = rounded(2 * norm)
    return Finding(
        id=KIND.id,
        severity="critical" if rate.decrease < 0.3 else "warning",
        evidence=(
            Evidence(statistic="gradient_norm", value=norm, threshold=limit, healthy=(0, limit)),
            *evidence,
        ),
        because=f"The first gradient has a norm of {figure(norm)} and is clipped to {limit:g}: every step is "
        f"{figure(norm / limit)} times as short, and {told}",
        patches=(
            Patch(patch={"clip_norm": None}, why="Without clipping."),
            Patch(patch={"clip_norm": wide}, why="A limit that clips only unusual gradients."),
        ),
    )


KIND = FindingKind(
    id="clipping_too_strong",
    title="Gradient clipping is too strong",
    looks_like="The loss falls in a straight line, slowly; the gradient norm is above the limit in every step.",
    why="Clipping is for the unusual gradient. If it shortens more than half of the steps, it is a lower learning rate "
    "in disguise, and it hides the size of the gradient. It hardly changes the steps of adaptive optimizers, which "
    "divide them by the gradient's size.",
    cure="No clipping, or a limit at the 90th percentile of the gradient's norm; then tune the learning rate.",
    at_start=at_start,
    in_run=in_run,
)
