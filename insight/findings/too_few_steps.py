"""Training ended while the loss was still falling."""

from math import ceil

from gradus.wire.finding import Evidence, Finding, Patch
from insight import tried
from insight.findings import lr_too_low
from insight.findings.kind import FindingKind
from insight.in_run.longer import LEAST_BATCH
from insight.in_run.too_few_steps import in_run
from insight.start import Start
from insight.words import count, figure

DECREASE = 3.0
"""D below which the steps are too few: the relative decrease of the loss if every planned step gained what the gradient
predicts for the first."""
ENOUGH = 20.0
"""D that a run should have."""
SOUND = 0.85
"""rho below which a step is too long."""
AFFORDABLE = 5
"""The first patch trains on at most this many times as many examples."""


def at_start(start: Start) -> Finding | None:
    """Fires if D < 3, so that the planned steps cannot leave the start, unless a much higher learning rate would suit:
    then the rate is at fault. Also fires if the run has fewer than fifty steps, and a higher rate was tried and learned
    more."""
    data, rate = start.measured.data, start.measured.rate
    is_stuck = 0 < rate.decrease < DECREASE and rate.rho >= SOUND
    trial = tried.higher(start) if data.steps < tried.FEW_STEPS else None
    if start.is_narrow or not (is_stuck or trial is not None) or lr_too_low.at_start(start) is not None:
        return None
    return Finding(
        id=KIND.id,
        severity="warning",
        evidence=(
            Evidence(statistic="decrease", value=rate.decrease, threshold=DECREASE, healthy=(10, None)),
            Evidence(statistic="steps", value=data.steps, healthy=(500, None)),
            *(() if trial is None else tried.evidence(start, trial)),
        ),
        because=_stuck(start)
        if trial is None
        else f"{tried.because(start, trial)}: {count(data.steps, 'step')} of the spec's own length do not get as far.",
        patches=tuple(_more(start)),
    )


def _stuck(start: Start) -> str:
    data, rate = start.measured.data, start.measured.rate
    return (
        f"{count(start.spec.epochs, 'epoch')} of {count(data.steps_per_epoch, 'step')} make "
        f"{count(data.steps, 'step')}. Even if each gained as much as the first, together they would lower the loss by "
        f"only {figure(rate.decrease)} times its size; runs that learn have 10 or more."
    )


def _more(start: Start) -> list[Patch]:
    """The patches that train on at most five times as many examples come first; a probe drops them if that is too
    little."""
    spec, examples, data = start.spec, start.data.train_examples, start.measured.data
    times = min(ENOUGH / start.measured.rate.decrease, 1e5)
    batch = max(LEAST_BATCH, min(64, examples // 32))
    current = examples if spec.batch_size == "full" else spec.batch_size
    smaller = [batch] if batch * 2 <= current else []
    patches: dict[tuple[int | None, int], Patch] = {}
    for size in (*smaller, None):
        factor = max(1, ceil(times if size is None else times * size / current))
        for most in (min(factor, AFFORDABLE), factor):
            epochs = min(most * spec.epochs, 100_000)
            patches[size, epochs] = _longer(spec.epochs, size, epochs, epochs * data.steps_per_epoch)
    return list(patches.values())


def _longer(before: int, batch: int | None, epochs: int, steps: int) -> Patch:
    changes = {} if epochs == before else {"epochs": epochs}
    if batch is None:
        return Patch(patch=changes, why=f"{epochs} epochs take {steps} steps.")
    return Patch(
        patch={"batch_size": batch, **changes}, why=f"Batches of {batch} make more steps of the same examples."
    )


KIND = FindingKind(
    id="too_few_steps",
    title="Training ends too early",
    looks_like="The curves are still going down at the right edge of the picture.",
    why="A network learns with each step, not with each epoch: a small data set in large batches makes a handful of "
    "steps per epoch. The loss falls by 1 % or more an epoch at the end. Losses fall with the logarithm of the steps, "
    "so a line through the validation losses over log2(epoch) shows what a run of twice the length would gain. The run "
    "is long enough if most has been learned and that line is flat, or its epochs scatter about it, or the accuracy "
    "does not rise with it, or each doubling of the epochs gains so much less than the one before that the next would "
    "gain nothing. With few validation examples, the training loss must head down as well. If each step changes next "
    "to nothing, the finding is a different one: a learning rate that is too low. If something shortens the steps, "
    "that is listed first: clipping, a warm-up, a schedule, batch normalization.",
    cure="With fewer than ten steps an epoch, smaller batches; else more epochs: `gradus extend` continues the run.",
    at_start=at_start,
    in_run=in_run,
)
