"""Permutation importance: how much worse a network predicts when a column's values come from other examples.

Each example gets the values of `repeats` other examples, never its own. The mean deterioration over all these pairs
estimates that over all pairs of different examples. Sources: Breiman, Random forests, Machine Learning 45, 2001;
Fisher, Rudin, Dominici, All models are wrong, but many are useful, JMLR 20 (177), 2019, section 3.1.

An interval has to cover two reasons why other data would give another number: other examples, and other donors of
values. The deterioration of a pair is taken apart into a mean, an effect of the example that receives, an effect of the
example that gives, and a rest. An example both receives and gives: the sum of its two effects is its influence on the
mean, whose standard error is that of a mean of influences (Hoeffding, A class of statistics with asymptotically normal
distribution, 1948). With several networks, which differ by their seed, the variance of their mean is added.

R² divides by the variance of the targets, which other examples would change, too. The influence of example i on the
ratio θ = D / σ² of two means is (dᵢ - θ (yᵢ - ȳ)²) / σ²: that on D / σ², less θ ((yᵢ - ȳ)² / σ² - 1). Source: Hampel,
The influence curve and its role in robust estimation, Journal of the American Statistical Association 69, 1974.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from evaluation.examples import Examples, Floats, log_share
from evaluation.multi_label import label_losses
from gradus.spec.loss import Task
from gradus.sweep.statistics import Estimate

SEED = 20_261_130
MOST_FREEDOM = 1000.0
"""Degrees of freedom from which Student's t is as good as normal."""
INCREASES = {"log_loss": 1.0, "accuracy": -1.0, "r2": -1.0}
"""The metrics, with the sign of their change when predictions get worse."""


@dataclass(frozen=True, eq=False)
class Scores:
    """A metric as a weighted mean over examples."""

    values: Floats
    """(n,)."""
    weights: Floats
    """(n,), with mean 1."""
    grain: float = 0.0
    """By how much the metric changes at least, if it changes."""
    of_targets: Floats = field(default_factory=lambda: np.zeros(0))
    """If the metric divides by the variance of each target: the metric of each, (targets,)."""
    spread: Floats | None = None
    """And (y - ȳ)² / σ² - 1, (n, targets)."""

    @property
    def mean(self) -> float:
        """The metric."""
        return float((self.values * self.weights).mean())


def scores(examples: Examples, task: Task) -> Mapping[str, Scores]:
    """The metrics of a task; the first ranks the columns. Accuracies count every example once."""
    n = len(examples)
    ones = np.ones(n)
    weights = ones if examples.weights is None else examples.weights / examples.weights.mean()
    if task == "regression":
        return {"r2": _explained(examples, weights)}
    if task == "classification":
        given = examples.targets.astype(np.int64)
        right = (examples.outputs.argmax(axis=1) == given).astype(np.float64)
        return {
            "log_loss": Scores(-log_share(examples.outputs, given), weights),
            "accuracy": Scores(right, ones, 1 / n),
        }
    has = examples.targets > 0.5
    right = ((examples.outputs > 0) == has).mean(axis=1)
    return {
        "log_loss": Scores(label_losses(examples.outputs, has), weights),
        "accuracy": Scores(right, ones, 1 / has.size),
    }


def _explained(examples: Examples, weights: Floats) -> Scores:
    """R², 1 - (ŷ - y)² / σ² of each example: the mean over the targets that are not constant; NaN if all are."""
    targets = examples.targets.astype(np.float64)
    squares = np.square(targets - np.average(targets, axis=0, weights=weights))
    variance = np.average(squares, axis=0, weights=weights)
    varies = variance > 1e-15 * np.square(targets).mean(axis=0)
    if not varies.any():
        return Scores(np.full(len(targets), np.nan), weights)
    explained = 1.0 - np.square(examples.outputs - targets)[:, varies] / variance[varies]
    of_targets = np.average(explained, axis=0, weights=weights)
    spread = squares[:, varies] / variance[varies] - 1.0
    return Scores(explained.mean(axis=1), weights, of_targets=of_targets, spread=spread)


def donors_of(n: int, repeats: int) -> NDArray[np.intp]:
    """From which example each gets its values, (repeats, n): never from itself, and never twice from the same.

    Each repeat rotates one random order of the examples further, so no answer depends on which columns it has."""
    order = np.random.default_rng(SEED).permutation(n)
    found = np.empty((min(repeats, n - 1), n), np.intp)
    for repeat, donors in enumerate(found, 1):
        donors[order] = np.roll(order, repeat)
    return found


@dataclass(frozen=True, eq=False)
class Influence:
    """The mean deterioration of one network, and each example's influence on it."""

    mean: float
    of_example: Floats
    """(n,), with mean 0 up to the rest."""


def influence(worse: Floats, donors: NDArray[np.intp], weights: Floats) -> Influence:
    """The mean of the deteriorations, and the influences.

    worse: (repeats, n), by how much each example is predicted worse with the values of its donor.
    donors: (repeats, n), positions; each repeat is a permutation. At least two repeats.
    weights: (n,), with mean 1.
    """
    repeats, n = worse.shape
    received = worse.mean(axis=0)
    mean = float((received * weights).mean())
    rest = (worse - received) * weights  # of the effects of giving, 1 / repeats is in the effect of receiving
    given = np.zeros(n)
    for one, donor in zip(rest, donors, strict=True):
        given[donor] += one
    return Influence(mean, (received - mean) * weights + given / (repeats - 1))


def deteriorations(
    intact: Mapping[str, Scores], shuffled: Iterable[Mapping[str, Scores]], donors: NDArray[np.intp]
) -> Mapping[str, Influence]:
    """By how much each metric is worse with the values of the donors: its mean, and the influences on it.

    shuffled: the metrics for each repeat.
    """
    worse: dict[str, list[Floats]] = {name: [] for name in intact}
    of_targets: dict[str, list[Floats]] = {name: [] for name in intact}
    for repeat in shuffled:
        for name, one in repeat.items():
            worse[name].append(INCREASES[name] * (one.values - intact[name].values))
            of_targets[name].append(INCREASES[name] * (one.of_targets - intact[name].of_targets))
    return {
        name: _with_variance(influence(np.array(worse[name]), donors, one.weights), one, np.array(of_targets[name]))
        for name, one in intact.items()
    }


def _with_variance(found: Influence, intact: Scores, of_targets: Floats) -> Influence:
    """With the influence through the variance of the targets. of_targets: (repeats, targets), the deteriorations."""
    if intact.spread is None:
        return found
    through_variance = intact.weights * (intact.spread * of_targets.mean(axis=0)).mean(axis=1)
    return Influence(found.mean, found.of_example - through_variance)


@dataclass(frozen=True, eq=False)
class Pooled:
    """The influences of several networks. They are added up, so that many networks take no more memory than one."""

    means: tuple[float, ...]
    """Of each network."""
    of_example: Floats
    """Sum of the networks' influences, (n,)."""

    @classmethod
    def of(cls, first: Influence, *others: Influence) -> "Pooled":
        """One network, or several."""
        pooled = cls((first.mean,), first.of_example)
        for one in others:
            pooled = pooled.with_(one)
        return pooled

    def with_(self, one: Influence) -> "Pooled":
        """With another network."""
        return Pooled((*self.means, one.mean), self.of_example + one.of_example)


def estimate(pooled: Pooled, grain: float = 0.0) -> Estimate:
    """The mean over the networks with its standard error; degrees of freedom by Welch and Satterthwaite.

    grain: by how much the metric changes at least, if it changes. The standard error is at least that of one changed
        example: that none has changed does not show that none ever will.
    """
    n, networks = len(pooled.of_example), len(pooled.means)
    means = np.array(pooled.means)
    variances = [(float(np.square(pooled.of_example / networks).sum()) / (n * (n - 1)), n - 1)]
    if networks > 1:
        variances.append((float(means.var(ddof=1)) / networks, networks - 1))
    total = sum(variance for variance, _ in variances)
    below = sum(variance**2 / freedom for variance, freedom in variances)
    freedom = total**2 / below if below > 0 else float(n - 1)
    degrees = max(1.0, min(round(freedom, 9), MOST_FREEDOM)) if isfinite(freedom) else 1.0
    mean = float(means.mean())
    least = np.finfo(float).tiny if mean else 0.0  # all examples may lose exactly the same
    return Estimate(mean, max(sqrt(total), grain, least), n, grain, degrees)
