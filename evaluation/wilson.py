"""Wilson's interval of a share.

Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference (1927).
"""

from math import nan, sqrt

Z95 = 1.959963984540054
"""The 0.975 quantile of the standard normal distribution."""

Interval = tuple[float, float]


def wilson(hits: float, n: float) -> Interval:
    """The 95 % interval of the share `hits` / `n`; NaN without examples."""
    if n <= 0:
        return nan, nan
    share, z2 = hits / n, Z95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * sqrt(max(0.0, share * (1 - share) / n + z2 / (4 * n * n)))
    return max(0.0, middle - half), min(1.0, middle + half)
