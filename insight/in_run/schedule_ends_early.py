"""A learning rate that fell to almost nothing before the network had learned, as seen in a run."""

from gradus.spec.schedule import ExponentialDecay, InverseTimeDecay, StepDecay
from gradus.wire.finding import Evidence, Finding, Patch
from insight.in_run.slow import severity_of_short_steps
from insight.outcome import STRICT, learns_well
from insight.run import Run
from insight.words import percent

MEAN = 0.1
"""Mean factor of the learning rate over the planned epochs below which the finding fires."""
STALLED, STOPPED = 0.2, 0.05
"""For a run that has not learned well: `STALLED` in place of `MEAN`, if the factor of its last epoch is below
`STOPPED`."""


def in_run(run: Run) -> Finding | None:
    """Fires if the schedule's mean factor over the run is below 10 %: most epochs then hardly change the network. If
    the network has not learned well, and the last factor is below 5 %, 20 % are too little."""
    if (
        not run.is_due
        or run.failure is not None
        or not isinstance(run.spec.schedule, StepDecay | ExponentialDecay | InverseTimeDecay)
    ):
        return None
    lr = run.spec.optimizer.lr
    factors = [row.learning_rate / lr for row in run.rows]
    mean = sum(factor * span for factor, span in zip(factors, run.spans, strict=True)) / run.last.epoch
    is_stalled = factors[-1] < STOPPED and not learns_well(run, STRICT)
    limit = STALLED if is_stalled else MEAN
    if mean >= limit:
        return None
    return Finding(
        id="schedule_ends_early",
        severity=severity_of_short_steps(run),
        since=run.since(next(i for i, factor in enumerate(factors) if factor < limit)),
        evidence=(
            Evidence(statistic="mean_learning_rate_factor", value=mean, threshold=limit, healthy=(limit, 1)),
            Evidence(statistic="last_learning_rate", value=run.last.learning_rate, healthy=(0, lr)),
        ),
        because=f"The {run.spec.schedule.kind} schedule has trained with {percent(mean)} of the learning rate on "
        f"average, and with {percent(factors[-1])} in the last epoch: most epochs changed nothing.",
        patches=(
            Patch(patch={"schedule": {"kind": "cosine"}}, why="A cosine falls to 0 at the end of the run, not before."),
            Patch(patch={"schedule": {"kind": "constant"}}, why="A constant learning rate trains to the end."),
        ),
    )
