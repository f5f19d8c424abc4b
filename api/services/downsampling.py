"""Downsampling of a curve that keeps its peaks and valleys, which a reader of a plot looks for."""

import math
from collections.abc import Sequence

Point = tuple[int, float]
"""An epoch and its training loss."""


def sampled(points: Sequence[Point], most: int) -> list[int]:
    """At most `most` epochs, in order: the first, the last, and the epochs with the lowest and the highest training
    loss of each bucket. The buckets divide the epochs between first and last evenly.

    A loss that is not finite counts as the highest, so that divergence always shows.
    """
    assert most >= 2
    if len(points) <= most:
        return [epoch for epoch, _ in points]
    inner = points[1:-1]
    buckets = (most - 2) // 2
    kept = {points[0][0], points[-1][0]}
    for i in range(buckets):
        bucket = inner[i * len(inner) // buckets : (i + 1) * len(inner) // buckets]
        kept |= {min(bucket, key=_height)[0], max(bucket, key=_height)[0]}
    return sorted(kept)


def _height(point: Point) -> float:
    return point[1] if math.isfinite(point[1]) else math.inf
