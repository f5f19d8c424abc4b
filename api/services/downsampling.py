"""Fewer points for a curve: what the eye looks for stays, the peaks and the valleys."""

import math
from collections.abc import Sequence

Point = tuple[int, float]
"""An epoch and its training loss."""


def sampled(points: Sequence[Point], most: int) -> list[int]:
    """At most `most` of the epochs, in order: the first, the last, and of each stretch between them, all equally
    long, the one with the lowest and the one with the highest training loss.

    A loss that is not finite counts as higher than any, so that a run's divergence is never left out.
    """
    assert most >= 2
    if len(points) <= most:
        return [epoch for epoch, _ in points]
    inner = points[1:-1]
    stretches = (most - 2) // 2
    kept = {points[0][0], points[-1][0]}
    for i in range(stretches):
        stretch = inner[i * len(inner) // stretches : (i + 1) * len(inner) // stretches]
        kept |= {min(stretch, key=_height)[0], max(stretch, key=_height)[0]}
    return sorted(kept)


def _height(point: Point) -> float:
    return point[1] if math.isfinite(point[1]) else math.inf
