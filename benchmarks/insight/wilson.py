"""Wilson's score interval of a share."""

from math import sqrt

Z = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""


def interval(successes: int, n: int) -> tuple[float, float]:
    """The 95 % interval of the share that `successes` of `n` estimate; (0, 1) if n is 0.

    Source: Wilson, Probable inference, the law of succession, and statistical inference, 1927.
    """
    assert 0 <= successes <= n
    if n == 0:
        return 0.0, 1.0
    share, z2 = successes / n, Z * Z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def in_words(successes: int, n: int) -> str:
    """The share with its interval, such as `18 of 20 = 90 % (70 – 97)`."""
    if n == 0:
        return "0 of 0"
    low, high = interval(successes, n)
    return f"{successes} of {n} = {100 * successes / n:.0f} % ({100 * low:.0f} – {100 * high:.0f})"
