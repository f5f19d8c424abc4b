"""The schedule ends learning before the run ends."""

from gradus.wire.finding import Evidence, Finding, Patch
from insight.findings.kind import FindingKind
from insight.in_run.schedule_ends_early import in_run
from insight.start import Start
from insight.tried import higher
from insight.words import figure, percent

EFFECTIVE = 0.1
"""Mean factor of the learning rate over the run below which the finding fires."""
LIMITING = 0.25
"""Replaces `EFFECTIVE` if a higher learning rate was tried and learned more."""
DECREASE = 3.0


def at_start(start: Start) -> Finding | None:
    """Fires if the factors of the schedule add up to less than a tenth of the number of steps; a note if these steps
    suffice. If a higher rate was tried and learned more, it fires below a quarter of the number of steps."""
    data, rate = start.measured.data, start.measured.rate
    share = data.effective_steps / data.steps
    schedule = start.spec.schedule
    warmup = getattr(schedule, "warmup", 0.0)
    is_limiting = higher(start) is not None
    limit = LIMITING if is_limiting else EFFECTIVE
    if share >= limit or warmup >= start.spec.epochs:
        return None
    return Finding(
        id=KIND.id,
        severity="warning" if rate.decrease < DECREASE or is_limiting else "note",
        evidence=(
            Evidence(statistic="schedule_share", value=share, threshold=limit, healthy=(limit, 1)),
            Evidence(statistic="decrease", value=rate.decrease, threshold=DECREASE, healthy=(10, None)),
        ),
        because=f"The schedule '{schedule.kind}' leaves {percent(share)} of the learning rate on average: the "
        f"{data.steps} steps of the run count only as much as {figure(data.effective_steps)} at the full rate.",
        patches=(
            Patch(patch={"schedule": {"kind": "cosine"}}, why="A cosine decay ends with the run, and uses half of it."),
            Patch(patch={"schedule": {"kind": "constant"}}, why="A constant learning rate."),
        ),
    )


KIND = FindingKind(
    id="schedule_ends_early",
    title="The schedule ends learning early",
    looks_like="The loss falls for a few epochs and is flat from then on, far above 0.",
    why="A decay makes sense when the noise of the batches is what keeps the loss up. A decay to a thousandth within a "
    "few epochs only stops learning.",
    cure="A cosine decay, which ends with the run; or a slower decay.",
    at_start=at_start,
    in_run=in_run,
)
