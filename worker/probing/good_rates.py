"""Which learning rates of a trial are as good as its best one."""

from math import isfinite, log10, sqrt

import torch
from torch import Tensor

from gradus.wire.probe import ProbedGain, ProbedStep, ProbedTrial, ProbedTrialRate
from worker.probing.trial import Trial, rate

ERRORS = 1.5
"""A rate counts as good if it is worse than the best one by at most this many standard errors: with so few examples,
either of the two may be better."""
MARGIN = 1
"""Half decades by which the interval extends beyond the outermost good rates, because the run may have another seed
than the trial. If the run has n times as many steps as the trial, its best rate is lower by a factor of up to about √n,
which is log₁₀ n half decades."""
LOSS = 0.05
"""The number of correct predictions that a unit of loss is worth. Of rates with about the same accuracy, the one with
the lowest loss is thus the best."""
FAR = 1e6
"""Upper bound of an example's loss in a regression: larger losses count as this one."""
MOST_LOSS = 7.0
"""Upper bound of an example's loss in other tasks, three times ln 10: larger losses count as this one."""


def scores(trial: Trial) -> Tensor:
    """How good each rate is for each example, float64, (R, n)."""
    return _scores(trial.losses, trial.hits)


def _scores(losses: Tensor, hits: Tensor | None) -> Tensor:
    if hits is None:
        return -losses.nan_to_num(nan=torch.inf).clamp(max=FAR)
    return hits - LOSS * losses.nan_to_num(nan=torch.inf).clamp(max=MOST_LOSS)


def best_rate(trial: Trial) -> int:
    """The index of the best rate."""
    return int(scores(trial).mean(1).argmax())


def good_rates(trial: Trial) -> list[bool]:
    """For each rate, whether it is as good as the best one, judging by the paired differences over the examples."""
    found = scores(trial)
    lost = found[best_rate(trial)] - found  # (R, n)
    error = lost.std(1) / sqrt(lost.shape[1])
    return (lost.mean(1) <= ERRORS * error).tolist()


def suggested(trial: Trial) -> tuple[float, float]:
    """The interval of good rates around the best one, across single rates that are worse."""
    low, high = _ends(trial)
    return rate(low), rate(high)


def _ends(trial: Trial) -> tuple[int, int]:
    good, best = good_rates(trial), best_rate(trial)
    low = high = best
    while any(good[max(0, low - 2) : low]):
        low -= 1
    while any(good[high + 1 : high + 3]):
        high += 1
    first, longer = trial.exponents.start, round(log10(1 / trial.share))
    return first + low - MARGIN - longer, first + high + MARGIN


def middle(trial: Trial) -> float:
    """The learning rate in the middle of the interval. With another seed, another rate is often the best, and a run at
    an end of the interval may fail."""
    low, high = _ends(trial)
    return rate((low + high) / 2)


def gain(trial: Trial, unit: float = 1.0) -> ProbedGain:
    """The advantage of the best rate over the spec's own, on the same examples. `unit` converts losses to the unit of
    the metrics."""
    own, best = trial.own, best_rate(trial)
    gained = scores(trial)[best] - _scores(own.losses, own.hits)  # (n,)
    error = float(gained.std()) / sqrt(len(gained))
    if trial.hits is None or own.hits is None:
        before, after = (float(-_scores(one, None).mean()) for one in (own.losses, trial.losses[best]))
        share = 1 - after / before if before else 0.0
    else:
        share = float((trial.hits[best] - own.hits).mean())
    return ProbedGain(
        lr=trial.rates[best],
        gain=share,
        t=float(gained.mean()) / error if error else 0.0,
        fit=_fall(own.fit, float(trial.fits[best])),
        own=unit * own.fit,
    )


def _fall(before: float, after: float) -> float:
    """1 - after / before; a loss that is not finite counts as a large one."""
    first, second = (one if isfinite(one) else FAR for one in (before, after))
    return 1 - second / first if first else 0.0


def with_trial(step: ProbedStep, trial: Trial | None, unit: float) -> ProbedStep:
    """The answer with the learning rates that a trial suggests. `unit` converts losses to the unit of the metrics."""
    if trial is None:
        return step
    return step.model_copy(update={"suggested": suggested(trial), "trial": _told(trial, unit)})


def _told(trial: Trial, unit: float) -> ProbedTrial:
    losses = (unit * trial.losses.mean(1)).nan_to_num(nan=torch.inf).tolist()
    accuracies = [None] * len(losses) if trial.hits is None else trial.hits.mean(1).tolist()
    told = zip(trial.rates, losses, accuracies, good_rates(trial), strict=True)
    return ProbedTrial(
        steps=trial.steps,
        share=trial.share,
        examples=trial.losses.shape[1],
        middle=middle(trial),
        gain=gain(trial, unit),
        rates=tuple(ProbedTrialRate(lr=lr, loss=loss, accuracy=hit, good=good) for lr, loss, hit, good in told),
    )
