"""What short trainings at many learning rates say of a spec's own."""

from math import sqrt

from gradus.wire.finding import Evidence, Patch
from gradus.wire.probe import ProbedGain, ProbedTrial
from insight import cures
from insight.start import Start
from insight.words import count, percent, rounded

APART = 2.5
"""Ratio of the best rate to the spec's own, as those tried are half a decade apart."""
WHOLE, FAR_APART = 0.9, 20.0
"""If less than this share of the run was tried, the ratio that a higher rate must have, times the share: what a part of
the run learns at the best rate, the rest may learn at the spec's own."""
FIT = 0.1
"""Share of the loss on learned examples that the best rate takes off. A lower rate that is better although it has
learned less is a cure for overfitting, and the spec's own rate is sound."""
GAIN = 0.01
"""Share of the examples that are recognized only at the best rate."""
LOSS = 0.05
"""The same for regression: share of the loss."""
FEW_STEPS = 50
"""Steps of a run below which they are too few, and not too short."""
RARELY = 0.5
"""Share of the loss of a regression that the best rate takes off, above which it is better whatever its t: a few
examples with nearly all of the loss make t small."""
SOUND_T, LEARNED = 1.0, 0.7
"""The spec's own rate is as good as any if the paired t of the gain is below the first. A rate has learned something if
its loss is below the second, as a share of a constant prediction's."""
BY_HEART = 0.01
"""Share of a constant prediction's loss below which the learned examples are known by heart."""
SOME = 0.97
"""A network that has not brought its loss below this share of a constant prediction's has learned nothing."""
HIGHER_T, LOWER_T = 2.0, 2.5
"""Paired t of the gain. That a higher rate is better is seen in the loss of the learned examples as well, which has
next to no chance in it."""


def higher(start: Start) -> ProbedTrial | None:
    """The trial if a higher rate is better; None if it is not, or was not tried.

    A rate r times as high for a share s of the run goes about as far as the spec's own for rs of it: this product has
    to be well above one, and far above it if s is not.
    """
    trial = _worthwhile(start, HIGHER_T)
    if trial is None or trial.gain is None or _has_learned(start, trial.gain):
        return None
    apart = APART if trial.share >= WHOLE else FAR_APART
    return trial if trial.gain.lr * trial.share >= apart * start.spec.optimizer.lr else None


def _has_learned(start: Start, gain: ProbedGain) -> bool:
    """Whether the spec's own rate learns its examples by heart, which longer steps could not do better. What they gain
    on other examples is chance, or noise that regularizes."""
    return gain.own is not None and gain.own < BY_HEART * start.measured.data.prior


def lower(start: Start) -> ProbedTrial | None:
    """The trial if a lower rate is better; None if it is not, or was not tried."""
    trial = _worthwhile(start, LOWER_T)
    if trial is None or trial.gain is None or not _learns(start, trial):
        return None
    return trial if APART * trial.gain.lr <= start.spec.optimizer.lr else None


def is_sound(start: Start) -> bool:
    """Whether the whole run was tried, no rate is better than the spec's own beyond chance, and it learns. What the
    first step looks like does not matter then."""
    trial = start.measured.step.trial
    if trial is None or trial.gain is None or trial.share < WHOLE or not trial.rates:
        return False
    least = min(one.loss for one in trial.rates)
    is_rare = start.data.task == "regression" and trial.gain.gain > RARELY  # a few examples that are far off
    return trial.gain.t < SOUND_T and not is_rare and least < LEARNED * start.measured.data.prior


def _learns(start: Start, trial: ProbedTrial) -> bool:
    """Whether a network learns at one of the rates. If none does, the lowest does best because it does least, and the
    rate is not at fault."""
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
    """What the best rate gains, and how sure that is."""
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
    gained = f"{percent(gain.gain)} {what} {count(trial.examples, 'example')} that were kept apart"
    length = "the whole run" if trial.share == 1 else count(trial.steps, "step")
    than = "takes off" if start.data.task == "regression" else "recognizes"
    return f"In trials of {length}, a learning rate of {gain.lr:g} {than} {gained}, compared with {lr:g}"


def patches(start: Start, *, higher: bool) -> tuple[Patch, ...]:
    """The rates that trials suggest, if they are on this side of the spec's own: the best, and the middle one of those
    that are as good. If the spec's own is too high, the rate halfway between them comes first, else the lower one: with
    another seed the best may fail."""
    trial, lr = start.measured.step.trial, start.spec.optimizer.lr
    if trial is None or trial.gain is None or (trial.share < 1 and higher):
        return ()
    best, middle = trial.gain.lr, trial.middle
    first = min(best, middle) if higher else sqrt(best * middle)
    rates = {
        rounded(first): "It is halfway between the best of the rates that were tried and the middle of the good ones.",
        rounded(middle): "It is in the middle of those that are as good as the best of the rates that were tried.",
        rounded(best): "It did best of the rates that were tried.",
    }
    order = dict.fromkeys(rounded(rate) for rate in (first, best, middle) if (rate > lr) == higher)
    return tuple(cures.rate(start.spec, rate, rates[rate]) for rate in order)
