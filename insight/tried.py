"""What short trainings at many learning rates tell about the spec's own rate."""

from math import sqrt

from gradus.wire.finding import Evidence, Patch
from gradus.wire.probe import ProbedGain, ProbedTrial
from insight import cures
from insight.start import Start
from insight.words import count, percent, rounded

APART = 2.5
"""Two rates count as different if one is at least this many times the other. The tried rates are half a decade apart, a
factor of 3.2."""
WHOLE, FAR_APART = 0.9, 20.0
"""If the trials cover less than the share `WHOLE` of the run, a higher rate counts only if the rate times that share is
at least `FAR_APART` times the spec's own rate: what a part of the run learns at a higher rate, the whole run may learn
at its own."""
FIT = 0.1
"""Minimum decrease of the loss on the examples that were trained on, as a share of that at the spec's own rate. A lower
rate that is better without such a decrease only prevents overfitting, and the spec's own rate is not at fault."""
GAIN = 0.01
"""Minimum share of the judging examples that the best rate gains in correct predictions."""
LOSS = 0.05
"""For regression: minimum decrease of the loss at the best rate, as a share of that at the spec's own rate."""
FEW_STEPS = 50
"""A run with fewer steps has too few steps, and not too short ones."""
RARELY = 0.5
"""In a regression, the best rate is better whatever its t if it lowers the loss by more than this share: t is small if
a few examples have nearly all of the loss."""
SOUND_T, LEARNED = 1.0, 0.7
"""The spec's own rate is as good as the best if the paired t of the gain is below `SOUND_T`. The network learns if the
loss at some rate is below the share `LEARNED` of a constant prediction's."""
BY_HEART = 0.01
"""Share of a constant prediction's loss below which the examples that were trained on have been learned by heart."""
SOME = 0.97
"""A network whose loss stays above this share of a constant prediction's has learned nothing."""
HIGHER_T, LOWER_T = 2.0, 2.5
"""Minimum paired t of the gain, for a higher and for a lower rate. A smaller t suffices for a higher rate, because the
loss on the examples that were trained on, which hardly depends on chance, must have decreased as well."""


def higher(start: Start) -> ProbedTrial | None:
    """The trial if a higher rate is better; None if it is not, or was not tried.

    A rate that is r times as high moves the weights in the share s of the run about as far as the spec's own rate does
    in the share rs. So rs must be well above one, and far above it if s itself is small.
    """
    trial = _worthwhile(start, HIGHER_T)
    if trial is None or trial.gain is None or _has_learned(start, trial.gain):
        return None
    apart = APART if trial.share >= WHOLE else FAR_APART
    return trial if trial.gain.lr * trial.share >= apart * start.spec.optimizer.lr else None


def _has_learned(start: Start, gain: ProbedGain) -> bool:
    """Whether training at the spec's own rate already learns its examples by heart, so that longer steps cannot learn
    them better. What longer steps gain on other examples is chance, or their noise regularizes."""
    return gain.own is not None and gain.own < BY_HEART * start.measured.data.prior


def lower(start: Start) -> ProbedTrial | None:
    """The trial if a lower rate is better; None if it is not, or was not tried."""
    trial = _worthwhile(start, LOWER_T)
    if trial is None or trial.gain is None or not _learns(start, trial):
        return None
    return trial if APART * trial.gain.lr <= start.spec.optimizer.lr else None


def is_sound(start: Start) -> bool:
    """Whether the whole run was tried, the network learns, and no rate is better than the spec's own beyond chance. If
    so, it does not matter what the first step looks like."""
    trial = start.measured.step.trial
    if trial is None or trial.gain is None or trial.share < WHOLE or not trial.rates:
        return False
    least = min(one.loss for one in trial.rates)
    is_rare = start.data.task == "regression" and trial.gain.gain > RARELY  # a few examples that are far off
    return trial.gain.t < SOUND_T and not is_rare and least < LEARNED * start.measured.data.prior


def is_near_best(start: Start) -> bool:
    """Whether the whole run was tried, the network learns at some rate, and no rate that counts as different from the
    spec's own is better than it."""
    trial, lr = start.measured.step.trial, start.spec.optimizer.lr
    if trial is None or trial.gain is None or trial.share < WHOLE or not _learns(start, trial):
        return False
    return lr <= APART * trial.gain.lr and trial.gain.lr <= APART * lr


def learns(start: Start) -> bool:
    """Whether a part of the run was tried, the network learned at the spec's own rate, and no lower rate is best."""
    trial = start.measured.step.trial
    if trial is None or trial.gain is None or trial.gain.own is None:
        return False
    has_learned = trial.gain.own < LEARNED * start.measured.data.prior
    return has_learned and trial.gain.lr >= start.spec.optimizer.lr


def _learns(start: Start, trial: ProbedTrial) -> bool:
    """Whether the network learns at one of the rates. If not, a low rate does best merely because it changes the
    network least, and the learning rate is not at fault."""
    return min((one.loss for one in trial.rates), default=0.0) < SOME * start.measured.data.prior


def _worthwhile(start: Start, least_t: float) -> ProbedTrial | None:
    trial = start.measured.step.trial
    if trial is None or trial.gain is None:
        return None
    gain = trial.gain
    return trial if gain.gain >= _least_gain(start) and gain.t >= least_t and gain.fit >= FIT else None


def _least_gain(start: Start) -> float:
    return LOSS if start.data.task == "regression" else GAIN


def evidence(start: Start, trial: ProbedTrial) -> tuple[Evidence, ...]:
    """The gain of the best rate, and its paired t."""
    assert trial.gain is not None
    least_t = HIGHER_T if trial.gain.lr > start.spec.optimizer.lr else LOWER_T
    least = _least_gain(start)
    return (
        Evidence(statistic="tried_gain", value=trial.gain.gain, threshold=least, healthy=(None, least)),
        Evidence(statistic="tried_t", value=trial.gain.t, threshold=least_t, healthy=(None, least_t)),
    )


def because(start: Start, trial: ProbedTrial) -> str:
    """What was tried, as the beginning of a sentence."""
    assert trial.gain is not None
    gain, lr = trial.gain, start.spec.optimizer.lr
    what = "of the loss on" if start.data.task == "regression" else "more of"
    gained = f"{percent(gain.gain)} {what} {count(trial.examples, 'example')} that were held out"
    length = "the whole run" if trial.share == 1 else count(trial.steps, "step")
    than = "takes off" if start.data.task == "regression" else "recognizes"
    return f"In trials of {length}, a learning rate of {gain.lr:g} {than} {gained}, compared with {lr:g}"


def patches(start: Start, *, higher: bool) -> tuple[Patch, ...]:
    """The rates that trials suggest, if they are on this side of the spec's own: the best one, and the one in the
    middle of the good ones. The first patch is more cautious, because the best rate may fail with another seed: it has
    the lower of the two rates. If gradient descent's own rate is too high, it has the rate halfway between them:
    shorter steps need more of them, while those of an adaptive optimizer grow with a smaller gradient."""
    trial, lr = start.measured.step.trial, start.spec.optimizer.lr
    if trial is None or trial.gain is None or (trial.share < 1 and higher):
        return ()
    best, middle = trial.gain.lr, trial.middle
    first = min(best, middle) if higher or start.is_adaptive else sqrt(best * middle)
    rates = {
        rounded(first): "It is halfway between the best of the rates that were tried and the middle of the good ones.",
        rounded(middle): "It is in the middle of those that are as good as the best of the rates that were tried.",
        rounded(best): "It did best of the rates that were tried.",
    }
    order = dict.fromkeys(rounded(rate) for rate in (first, best, middle) if (rate > lr) == higher)
    return tuple(cures.rate(start.spec, rate, rates[rate]) for rate in order)
