"""Curves reduced to fewer points."""

import math

from hypothesis import given
from hypothesis import strategies as st

from api.services.downsampling import sampled

LOSSES = st.lists(st.floats(), max_size=60)


@given(LOSSES, st.integers(2, 70))
def test_a_selection_is_in_order_and_small_and_keeps_the_ends(losses: list[float], most: int) -> None:
    points = list(enumerate(losses, start=1))
    kept = sampled(points, most)
    assert kept == sorted(set(kept))
    assert len(kept) <= max(most, 0)
    assert {1, len(points)} <= set(kept) or not points
    assert len(points) > most or kept == [epoch for epoch, _ in points]


@given(LOSSES.filter(lambda losses: len(losses) > 2), st.integers(4, 70))
def test_a_selection_keeps_the_lowest_and_the_highest_loss(losses: list[float], most: int) -> None:
    kept = [losses[epoch - 1] for epoch in sampled(list(enumerate(losses, start=1)), most)]
    finite = [loss for loss in losses if math.isfinite(loss)]
    if len(finite) == len(losses):
        assert (min(kept), max(kept)) == (min(losses), max(losses))
    else:
        assert not all(map(math.isfinite, kept))
