"""A warm-up that takes most of the run, as seen in a run."""

from gradus.wire.finding import Evidence, Finding, Patch
from insight.in_run.slow import severity_of_short_steps
from insight.run import Run
from insight.words import percent

SHARE = 0.5
"""Share of warm-up in the epochs above which it is too long."""


def in_run(run: Run) -> Finding | None:
    """Fires if the warm-up takes more than half of the epochs."""
    warmup = getattr(run.spec.schedule, "warmup", 0.0)
    share = warmup / run.spec.epochs
    if not run.is_due or run.failure is not None or share <= SHARE:
        return None
    reached = run.last.learning_rate / run.spec.optimizer.lr
    shorter = round(run.spec.epochs / 20, 2)
    document = run.spec.schedule.model_dump(mode="json") | {"warmup": shorter}
    return Finding(
        id="warmup_too_long",
        severity=severity_of_short_steps(run),
        evidence=(
            Evidence(statistic="warmup_share", value=share, threshold=SHARE, healthy=(0, SHARE)),
            Evidence(statistic="last_learning_rate_factor", value=reached, healthy=(0, 1)),
        ),
        because=f"A warm-up of {warmup:g} epochs is {percent(share)} of the run: its last step had {percent(reached)} "
        "of the learning rate.",
        patches=(Patch(patch={"schedule": document}, why="A twentieth of the run is enough to warm up."),),
    )
