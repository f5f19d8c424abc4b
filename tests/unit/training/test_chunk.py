"""An epoch's steps in chunks."""

from itertools import chain, pairwise

from hypothesis import given
from hypothesis import strategies as st

from worker.training.chunk import chunks


@given(steps=st.integers(1, 60), first=st.integers(0, 60), length=st.integers(1, 20), tail=st.booleans())
def test_every_step_is_taken_once_wherever_a_run_goes_on(steps: int, first: int, length: int, tail: bool) -> None:
    first = min(first, steps)
    found = chunks(first, steps, length, tail=tail)
    assert list(chain(*found)) == list(range(first, steps))
    assert all(0 < len(chunk) <= length for chunk in found)
    assert all(chunk.start % length == 0 for chunk in found[1:] if chunk.stop < steps)
    assert not (tail and first < steps) or found[-1] == range(steps - 1, steps)
    assert all(before.stop == after.start for before, after in pairwise(found))
