"""The warm-up takes too much of the run."""

from gradus.spec.schedule import CosLog
from gradus.wire.finding import Evidence, Finding, Patch
from insight.findings.kind import FindingKind
from insight.in_run.warmup_too_long import in_run
from insight.start import Start
from insight.tried import higher

HALF = 0.5
DECREASE = 3.0


def at_start(start: Start) -> Finding | None:
    """Fires if more than half of the run is warm-up; a note if the run nevertheless has enough steps, and learns no
    more at a higher rate."""
    schedule, epochs = start.spec.schedule, start.spec.epochs
    if isinstance(schedule, CosLog) or schedule.warmup <= HALF * epochs:
        return None
    warmup, rate = schedule.warmup, start.measured.rate
    is_reached = warmup <= epochs
    short = rate.decrease < DECREASE or higher(start) is not None
    return Finding(
        id=KIND.id,
        severity="warning" if short or warmup > 2 * epochs else "note",
        evidence=(
            Evidence(statistic="warmup", value=warmup, threshold=HALF * epochs, healthy=(0, HALF * epochs)),
            Evidence(statistic="decrease", value=rate.decrease, threshold=DECREASE, healthy=(10, None)),
        ),
        because=f"The warm-up takes {warmup:g} epochs of {epochs}: the learning rate "
        + (
            f"reaches its full {start.spec.optimizer.lr:g} only for the last {epochs - warmup:g}."
            if is_reached
            else f"reaches only {epochs / warmup * start.spec.optimizer.lr:.2g} instead of {start.spec.optimizer.lr:g}."
        ),
        patches=(
            Patch(
                patch={"schedule": {"kind": schedule.kind, "warmup": min(1.0, epochs / 10)}},
                why="A warm-up of a tenth of the run at most.",
            ),
        ),
    )


KIND = FindingKind(
    id="warmup_too_long",
    title="The warm-up is too long",
    looks_like="The loss falls ever faster and is still falling at the end.",
    why="Warm-up protects the first few hundred steps. `warmup` counts epochs: one that is longer than the "
    "run never reaches the learning rate.",
    cure="A warm-up of one epoch, or a tenth of the run.",
    at_start=at_start,
    in_run=in_run,
)
