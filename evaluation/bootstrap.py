"""95 % intervals by the bootstrap: percentiles of a statistic over samples of the examples, drawn with replacement.

Source: B. Efron, R. Tibshirani, An Introduction to the Bootstrap (1993), section 13.3. With more than `m` examples, the
samples are drawn from a random m of them, and the deviations of their statistic are scaled by √(m / n): the spread of a
statistic falls with the square root of the number of examples.
"""

from collections.abc import Iterator, Mapping
from math import nan, sqrt

import numpy as np

from evaluation.examples import Floats
from evaluation.statistics import Statistic, value
from evaluation.wilson import Interval

DRAWS = 2000
MOST_EXAMPLES = 10_000
"""Number of examples that samples are drawn from, at most; the cost of a sample grows with it."""
CHUNK_NUMBERS = 1 << 19
"""Number of counts in memory at once: half a million fit into a processor's cache."""
SEED = 20_261_129


def intervals(statistics: Mapping[str, Statistic], n: int, most: int = MOST_EXAMPLES) -> dict[str, Interval]:
    """The interval of each statistic of n examples. Samples are drawn from at most `most` of them."""
    if n == 0 or not statistics:
        return dict.fromkeys(statistics, (nan, nan))
    random = np.random.default_rng(SEED)
    m = min(n, most)
    chosen = np.arange(n) if m == n else np.sort(random.choice(n, m, replace=False))
    prepared = {name: statistic(chosen) for name, statistic in statistics.items()}
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = [{name: of(counts) for name, of in prepared.items()} for counts in _counts(random, m)]
    scale, ones = sqrt(m / n), np.ones((1, m))
    found = {}
    for name, of in prepared.items():
        values = np.concatenate([one[name] for one in drawn])
        whole = value(statistics[name], n)
        found[name] = _interval(values, whole, float(of(ones)[0]), scale)
    return found


def _interval(values: Floats, whole: float, of_chosen: float, scale: float) -> Interval:
    """The interval from the statistic's `values` in all samples. `whole` is the statistic of all examples, `of_chosen`
    that of the examples that samples are drawn from."""
    known = values[~np.isnan(values)]
    if not len(known) or np.isnan(whole):
        return nan, nan
    low, high = np.quantile(known, [0.025, 0.975])
    return whole + scale * (float(low) - of_chosen), whole + scale * (float(high) - of_chosen)


def _counts(random: np.random.Generator, m: int) -> Iterator[Floats]:
    """How often each of m examples occurs in each sample, (samples, m), in chunks of samples."""
    rows = max(1, CHUNK_NUMBERS // m)
    for first in range(0, DRAWS, rows):
        number = min(rows, DRAWS - first)
        drawn = random.integers(0, m, size=(number, m)) + m * np.arange(number)[:, None]
        yield np.bincount(drawn.ravel(), minlength=number * m).reshape(number, m).astype(np.float64)
