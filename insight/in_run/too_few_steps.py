"""A run that ended while its loss was still falling."""

from collections.abc import Iterator
from math import ceil, inf

from gradus.wire.finding import Evidence, Finding
from insight.in_run.longer import longer
from insight.in_run.narrow import narrow_layer
from insight.outcome import STRICT, is_at_prior, learns_well, severity
from insight.run import Run
from insight.tail import Tail, accuracy_gain, doubling, tail
from insight.trend import falling_share, lowest, ratio
from insight.words import count, figure, percent

FALL = 0.01
"""Minimum fall of the training loss per epoch, in the last epochs."""
TAIL_GAIN, FEW_GAIN = 0.02, 0.1
"""Minimum gain for which it is worth training twice as long, as a share of a constant prediction's loss: about a point
of accuracy. `FEW_GAIN` applies with few validation examples."""
NOISY, NOISY_GAIN = 0.5, 0.08
"""If more than the share `NOISY` of a constant prediction's loss is left, either the classes overlap or the network is
still near the start. Where classes overlap, a small gain improves the confidence, not the accuracy; so the gain must
then be at least `NOISY_GAIN`."""
LEAST_ACCURACY = 0.005
"""If the validation accuracy rises by less than this, a gain below `NOISY_GAIN` improves only the confidence."""
LEAST_FALL = 0.03
"""If the validation loss falls by less than this share, a gain below `NOISY_GAIN` improves only the confidence."""
LEAST_GAIN = 0.014
"""Minimum gain in the unit of the loss: where one class has nearly all examples, the constant prediction's loss is
close to 0."""
SURE = 2.9
"""Minimum t of the gain."""
FEW = 100
"""Number of validation examples below which a small gain may come from one or two examples."""
DIRECTION = 0.6
"""Minimum share of the epochs in which the loss falls: below it, the fall is noise."""
PER_STEP = 1e-3
"""Fall of the loss per step below which the steps are too short, not too few."""
SOLVED = 0.02
GAIN = 0.05
"""For regression: minimum relative fall of the loss in the second half of a run of at least `EPOCHS` epochs. Since it
is unknown how much of a target is noise, the trend and not the remaining loss decides whether the run has learned all
it can."""
EPOCHS = 6
FEW_NEXT, BY_HEART = 0.06, 1.2
"""For regression with few validation examples: the minimum fall of the training loss that a run of twice the length is
expected to gain, and the largest ratio of the validation loss to the training loss."""
EASIER = 0.5
"""For regression: ratio of the validation loss to the training loss below which the validation split lacks the few
examples that have most of the loss, so that its fall says little about them."""
MANY = 20
"""In a run of at least this many epochs, the loss need not fall in each of the last ones: its fall in the second half
suffices."""


def in_run(run: Run) -> Finding | None:
    """Fires if the run completed all its epochs, and the training loss still fell by 1 % in each of the last. Early
    stopping and a time limit end runs on purpose."""
    if not run.is_complete or run.spec.max_seconds is not None or run.failure is not None or run.prior is None:
        return None
    losses = run.train_losses
    fall = run.fall_per_epoch()
    left = run.remaining(losses[-1])
    steps = run.last.step
    if left <= SOLVED or narrow_layer(run) is not None:
        return None
    line = tail(run)
    goes_on = run.data.task == "regression" and _goes_on(run, line)
    heads_down = _learns_on(run, fall) and _heads_down(run, line)
    if not (goes_on or heads_down or _still_falls(run, fall, line)):
        return None
    if is_at_prior(run) and len(losses) > 1 and fall / run.steps_per_epoch < PER_STEP:
        return None  # the steps are too short: another finding
    return Finding(
        id="too_few_steps",
        severity="warning" if (goes_on or heads_down) and not is_at_prior(run) else severity(run),
        since=run.since(len(losses) - 1),
        evidence=(
            Evidence(statistic="train_loss_fall_per_epoch", value=fall, threshold=FALL, healthy=(None, FALL)),
            *(_of_half(run) if goes_on else ()),
            *(_of_trend(run, line) if heads_down and line is not None else ()),
            Evidence(statistic="steps", value=steps, healthy=(500, None)),
            Evidence(statistic="loss_over_prior", value=left, healthy=(0, 0.35)),
        ),
        because=f"After {count(steps, 'step')} in {count(run.last.epoch, 'epoch')} the training loss is "
        f"{figure(losses[-1])}{_told(run, fall, goes_on=goes_on)}: training ended before learning did.",
        patches=tuple(longer(run)),
    )


def _of_half(run: Run) -> Iterator[Evidence]:
    yield Evidence(statistic="train_loss_fall_in_second_half", value=_half(run), threshold=GAIN, healthy=(None, GAIN))


def _of_trend(run: Run, line: Tail) -> Iterator[Evidence]:
    """What the trend of the validation loss promises for a run of twice the length."""
    least = _least_gain(run)
    yield Evidence(statistic="gain_of_twice_the_epochs", value=line.gain, threshold=least, healthy=(None, least))
    yield Evidence(statistic="trend_t", value=line.t, threshold=SURE, healthy=(None, SURE))


def _half(run: Run) -> float:
    """The relative fall of the training loss in the second half of the run."""
    return 1 - ratio(run.train_losses[-1], run.train_losses[_middle(run)])


def _learns_on(run: Run, fall: float) -> bool:
    """Whether the training loss still falls: by 1 % in each of the last epochs; or, in a run of many short epochs, by
    5 % in its second half, and the validation loss is lowest in the last fifth."""
    if fall >= FALL or run.last.epoch < MANY:
        return fall >= FALL
    return run.train_losses[-1] <= (1 - GAIN) * run.train_losses[_middle(run)] and _late_gain(run, 5)[0] > 0


def _told(run: Run, fall: float, *, goes_on: bool) -> str:
    """How far the training loss fell, as the end of a sentence; empty after a single epoch, which shows no fall."""
    if goes_on:
        return f" and fell by {percent(_half(run))} in the second half of the run"
    return f" and was still falling by {percent(fall)} an epoch" if fall > 0 and len(run.rows) > 1 else ""


def _heads_down(run: Run, line: Tail | None) -> bool:
    """Whether the validation loss of a classifier has a clear downward trend, so that a longer run would be better,
    however well the network has learned and however much the epochs scatter."""
    if line is None or run.prior is None or run.data.task == "regression" or run.spec.schedule.kind != "constant":
        return False
    if run.data.validation_examples < FEW and learns_well(run):
        return False
    is_sure = line.t >= SURE and line.gain >= _least_gain(run)
    return is_sure and not _grows_surer(run, line) and _helps_accuracy(run, line) and not _levels_off(run)


def _least_gain(run: Run) -> float:
    """The gain for which it is worth training twice as long, in the unit of the loss."""
    share = FEW_GAIN if run.data.validation_examples < FEW else TAIL_GAIN
    return LEAST_GAIN if run.prior is None else max(LEAST_GAIN, share * run.prior.loss)


def _grows_surer(run: Run, line: Tail | None) -> bool:
    """Whether most of the loss is left, and a longer run would lower it only a little: the classes overlap, and the
    network would only become more confident."""
    if line is None or run.prior is None or run.data.task == "regression":
        return False
    return run.remaining(run.train_losses[-1]) > NOISY and line.gain < NOISY_GAIN * run.prior.loss


def _helps_accuracy(run: Run, line: Tail | None) -> bool:
    """Whether the accuracy rises with the falling loss, or can be expected to, because the loss falls by much; True if
    one of the two trends is unknown."""
    gained = accuracy_gain(run)
    if line is None or gained is None or run.prior is None:
        return True
    return gained >= LEAST_ACCURACY or line.gain >= NOISY_GAIN * run.prior.loss


def _levels_off(run: Run) -> bool:
    """Whether each doubling of a classifier's epochs gains so much less than the one before that the next would gain
    next to nothing, neither in the validation loss nor in the accuracy."""
    loss = doubling(run, run.validation_losses)
    errors = doubling(run, [1 - one for one in run.accuracies]) if len(run.accuracies) == len(run.rows) else None
    if loss is None or errors is None:
        return False
    return loss.next < LEAST_FALL * run.validation_losses[-1] and errors.next < LEAST_ACCURACY


def _still_falls(run: Run, fall: float, line: Tail | None) -> bool:
    """Whether the training loss still falls by 1 % per epoch in a network that has not learned well, and the last
    epochs improve the validation loss as well: its lowest value is in the last tenth of the epochs, and the lowest
    value of the last fifth is below that of all earlier epochs by 1 % per epoch. After a single epoch, it is enough
    that the network has not learned well."""
    losses = run.train_losses
    if learns_well(run, STRICT):
        return False
    if len(losses) == 1:
        return True
    if _grows_surer(run, line) or not _helps_accuracy(run, line) or _levels_off(run):
        return False
    gain, epochs = _late_gain(run, 5)
    helps = gain >= epochs * FALL and _late_gain(run, 10)[0] > 0
    return helps and fall >= FALL and falling_share(losses[-6:]) >= DIRECTION


def _late_gain(run: Run, parts: int) -> tuple[float, int]:
    """The relative fall of the lowest validation loss in the last of `parts` equal parts of a run, and the number of
    epochs in that part."""
    losses = run.validation_losses
    before = run.before_last(ceil(run.last.epoch / parts))
    least, last = min(losses[: before + 1]), min(losses[before + 1 :], default=inf)
    return 1 - ratio(last, least), run.last.epoch - run.epochs[before]


def _goes_on(run: Run, line: Tail | None) -> bool:
    """Whether both losses fell by at least 5 % in the second half of the run; the validation loss also by 1 % in the
    last fifth, to its lowest value in the last tenth, and by clearly more than its epochs scatter; and another run of
    the same length is likely to gain as much on other examples, see `_generalizes`.

    Losses fall with the logarithm of the steps. With a schedule that shortens the steps, the end of the run says
    nothing.
    """
    train, validation = run.train_losses, run.validation_losses
    epochs = run.last.epoch
    if epochs < EPOCHS or run.spec.schedule.kind != "constant":
        return False
    middle = _middle(run)
    is_lowest = epochs - run.epochs[lowest(validation)] <= epochs // 10 and _late_gain(run, 5)[0] >= FALL
    is_sure = line is not None and line.t >= SURE
    falls = all(losses[-1] <= (1 - GAIN) * losses[middle] for losses in (train, validation))
    return is_lowest and is_sure and falls and _generalizes(run)


def _generalizes(run: Run) -> bool:
    """Whether what the network learned last holds for other examples than those of the validation split, in a
    regression: the mean of either loss fell by 5 %, and the training loss is not that of a few examples, see `EASIER`.
    With few validation examples their loss may fall by chance: then the training loss must head further down, and the
    network must not learn it by heart."""
    train = doubling(run, run.train_losses)
    validation = doubling(run, run.validation_losses)
    if train is None or validation is None:
        return False
    end, gap = run.train_losses[-1], _gap(run)
    if gap < EASIER or train.fall < GAIN * end or validation.fall < GAIN * run.validation_losses[-1]:
        return False
    return run.data.validation_examples >= FEW or (train.next >= FEW_NEXT * end and gap <= BY_HEART)


def _gap(run: Run) -> float:
    """The validation loss over the training loss, each as a share of a constant prediction's."""
    prior = run.prior
    assert prior is not None
    easier = ratio(prior.train_loss, prior.loss) if prior.train_loss else 1.0
    return ratio(run.validation_losses[-1], run.train_losses[-1]) * easier


def _middle(run: Run) -> int:
    """The index of the last epoch of the first half of the run."""
    return run.before_last(ceil(run.last.epoch / 2))
