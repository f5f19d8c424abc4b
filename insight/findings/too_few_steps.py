"""Training ended while the loss was still falling."""

from math import ceil, inf

from gradus.wire.finding import Evidence, Finding, Patch
from insight.findings import lr_too_low
from insight.findings.kind import FindingKind
from insight.in_run.narrow import narrow_layer
from insight.outcome import STRICT, is_at_prior, learns_well, severity
from insight.run import Run
from insight.start import Start
from insight.trend import falling_share, lowest, ratio
from insight.words import count, figure, percent

FALL = 0.01
"""Fall of the training loss per epoch, in the last epochs."""
FAST, LEFT = 0.02, 0.1
"""Fall per epoch of both losses, and the share of a constant prediction's loss that is left, above which a classifier
that has learned well is not at its end either."""
FEW = 100
"""Number of validation examples below which that cannot be told from an accuracy that is at its end."""
DIRECTION = 0.6
"""Share of the epochs with a falling loss above which the fall is not noise."""
PER_STEP = 1e-3
"""Fall per step below which the steps are not too few but too short."""
SOLVED = 0.02
GAIN = 0.05
"""Share of the loss that a regression gains in the second half of at least `EPOCHS` epochs. As nobody knows how much of
a target is noise, the trend decides whether the run is at its end, and not the loss that is left."""
EPOCHS = 6
DECREASE = 3.0
"""D: the relative decrease of the loss if every planned step gained what the gradient predicts for the first."""
ENOUGH = 20.0
"""D that a run should have."""
SOUND = 0.85
"""rho below which a step is too long."""
AFFORDABLE = 5
"""The first cure trains at most this many times as long."""
FEW_STEPS = 10
"""Steps per epoch below which smaller batches are the first cure."""
LEAST_BATCH = 8


def in_run(run: Run) -> Finding | None:
    """Fires if the run completed all its epochs, and the training loss still fell by 1 % in each of the last. Early
    stopping and a time limit end runs on purpose."""
    if not run.is_complete or run.spec.max_seconds is not None or run.failure is not None or run.prior is None:
        return None
    losses = run.train_losses
    fall = run.fall_per_epoch()
    left = run.remaining(losses[-1])
    steps = run.last.step
    goes_on = run.data.task == "regression" and _goes_on(run)
    falls = goes_on or (fall >= FALL and falling_share(losses[-6:]) >= DIRECTION)
    if len(losses) > 1 and not _generalizes(run, goes_on=goes_on):
        return None
    if not (falls or (len(losses) == 1 and left > SOLVED)) or left <= SOLVED:
        return None
    hurries = _hurries(run)
    if (learns_well(run, STRICT) and not goes_on and not hurries) or narrow_layer(run) is not None:
        return None
    if is_at_prior(run) and len(losses) > 1 and fall / run.steps_per_epoch < PER_STEP:
        return None  # the steps are too short: another finding
    return Finding(
        id=KIND.id,
        severity="warning" if (goes_on or hurries) and not is_at_prior(run) else severity(run),
        since=run.since(len(losses) - 1),
        evidence=(
            Evidence(statistic="train_loss_fall_per_epoch", value=fall, threshold=FALL, healthy=(None, FALL)),
            Evidence(statistic="steps", value=steps, healthy=(500, None)),
            Evidence(statistic="loss_over_prior", value=left, healthy=(0, 0.35)),
        ),
        because=f"After {count(steps, 'step')} in {count(run.last.epoch, 'epoch')} the training loss is "
        f"{figure(losses[-1])} and was still falling by {percent(fall)} an epoch: training ended before learning did.",
        patches=tuple(_patches(run)),
    )


def _hurries(run: Run) -> bool:
    """Whether the training and the validation loss of a classifier fall so fast at the end that a longer run is surely
    better, however well it has learned."""
    few = run.last.epoch < EPOCHS or run.data.validation_examples < FEW
    if few or run.data.task == "regression" or run.spec.schedule.kind != "constant":
        return False
    gain, epochs = _late_gain(run, 5)
    left = min(run.remaining(run.train_losses[-1]), run.remaining(run.validation_losses[-1]))
    return left > LEFT and run.fall_per_epoch() >= FAST and gain >= epochs * FAST


def _generalizes(run: Run, *, goes_on: bool) -> bool:
    """Whether what is learned at the end helps: the lowest validation loss is among the last tenth of the epochs, and
    that of the last fifth is lower than all before by 1 % an epoch; by 1 % in all if the loss of a regression goes
    on falling."""
    gain, epochs = _late_gain(run, 5)
    if goes_on:
        return gain >= FALL
    return gain >= epochs * FALL and _late_gain(run, 10)[0] > 0


def _late_gain(run: Run, parts: int) -> tuple[float, int]:
    """The relative fall of the lowest validation loss in the last of so many equal parts of a run, and its epochs."""
    losses = run.validation_losses
    before = run.before_last(ceil(run.last.epoch / parts))
    least, last = min(losses[: before + 1]), min(losses[before + 1 :], default=inf)
    return 1 - ratio(last, least), run.last.epoch - run.epochs[before]


def _goes_on(run: Run) -> bool:
    """Whether the training and the validation loss fell by at least 5 % in the second half of the run, up to its end.

    Losses fall with the logarithm of the steps, so a run of twice the length would gain as much again. With a schedule
    that shortens the steps, the end of the run says nothing.
    """
    train, validation = run.train_losses, run.validation_losses
    epochs = run.last.epoch
    if epochs < EPOCHS or run.spec.schedule.kind != "constant":
        return False
    middle = run.before_last(ceil(epochs / 2))
    is_lowest = epochs - run.epochs[lowest(validation)] <= epochs // 10
    return is_lowest and all(losses[-1] <= (1 - GAIN) * losses[middle] for losses in (train, validation))


def at_start(start: Start) -> Finding | None:
    """Fires if D < 3, that is, the planned steps cannot leave the start, and no much higher learning rate would suit:
    then the rate is at fault."""
    data, rate = start.measured.data, start.measured.rate
    if (
        start.is_narrow
        or not 0 < rate.decrease < DECREASE
        or rate.rho < SOUND
        or lr_too_low.at_start(start) is not None
    ):
        return None
    return Finding(
        id=KIND.id,
        severity="warning",
        evidence=(
            Evidence(statistic="decrease", value=rate.decrease, threshold=DECREASE, healthy=(10, None)),
            Evidence(statistic="steps", value=data.steps, healthy=(500, None)),
        ),
        because=f"{count(start.spec.epochs, 'epoch')} of {count(data.steps_per_epoch, 'step')} make "
        f"{count(data.steps, 'step')}: together they would take off {figure(rate.decrease)} of the loss, even if each "
        "gained as much as the first.",
        patches=tuple(_more(start)),
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


def _patches(run: Run) -> list[Patch]:
    spec, examples = run.spec, run.data.train_examples
    epochs = min(3 * spec.epochs, 100_000)
    longer = Patch(patch={"epochs": epochs}, why=f"{epochs} epochs take {epochs * run.steps_per_epoch} steps.")
    batch = max(LEAST_BATCH, examples // 32)
    current = examples if spec.batch_size == "full" else spec.batch_size
    if run.steps_per_epoch >= FEW_STEPS or batch >= current:
        return [longer]
    batch = min(batch, 64)
    steps = spec.epochs * -(-examples // batch)
    return [
        Patch(patch={"batch_size": batch}, why=f"Batches of {batch} make {steps} steps of the same epochs."),
        longer,
    ]


KIND = FindingKind(
    id="too_few_steps",
    title="Training ends too early",
    looks_like="The curves are still going down at the right edge of the picture.",
    why="A network learns with each step, not with each epoch: a small data set in large batches makes a handful of "
    "steps per epoch. The loss falls by 1 % or more an epoch at the end. It is a note if most has been learned, and "
    "another finding, a learning rate that is too low, if each step changes next to nothing.",
    cure="With fewer than ten steps an epoch, smaller batches; else more epochs: `gradus extend` continues the run.",
    at_start=at_start,
    in_run=in_run,
)
