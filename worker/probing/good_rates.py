"""Which learning rates of a trial are as good as its best one."""

from math import isfinite, log10, sqrt

import torch
from torch import Tensor

from gradus.wire.probe import ProbedGain, ProbedStep, ProbedTrial, ProbedTrialRate
from worker.probing.trial import Trial, rate

ERRORS = 1.5
"""Standard errors by which a rate may do worse than the best: with so few examples, either may be the better one."""
MARGIN = 1
"""Half decades by which the interval goes on beyond the outermost good rates: the run may have another seed than the
trial. If it has n times as many steps, its best rate is lower by up to about √n, log₁₀ n half decades."""
LOSS = 0.05
"""Value of a unit of loss in recognized examples, so that the surer one is best of rates with about the same
accuracy."""
FAR = 1e6
"""The largest loss that counts in a regression."""
MOST_LOSS = 7.0
"""The largest loss that counts: three times ln 10."""


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
    """Whether each rate is no worse than the best, as far as the examples tell, by the paired differences."""
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
    """The learning rate in the middle of the interval. The best one of a trial is another as often as not, and at the
    end of the interval a run with another seed may fail."""
    low, high = _ends(trial)
    return rate((low + high) / 2)


def gain(trial: Trial, unit: float = 1.0) -> ProbedGain:
    """What the best rate has over the spec's own, on the same examples. `unit` is that of the loss."""
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
    """1 - after / before; losses that are not finite are large ones."""
    first, second = (one if isfinite(one) else FAR for one in (before, after))
    return 1 - second / first if first else 0.0


def with_trial(step: ProbedStep, trial: Trial | None, unit: float) -> ProbedStep:
    """The answer with the learning rates that a trial suggests. `unit` is that of the loss."""
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
