"""Which epochs findings look at: alike for a run that was resumed and one that was not."""

from itertools import pairwise

from insight.looks import is_kept, is_look


def test_long_runs_are_looked_at_less_often_and_each_look_sees_its_row() -> None:
    looks = [epoch for epoch in range(1, 100_001) if is_look(epoch)]
    assert looks[:31] == list(range(1, 32))
    assert len(looks) < 250
    assert all(is_kept(epoch) for epoch in looks)
    assert max(later / earlier for earlier, later in pairwise(looks[31:])) < 1.07
    assert sum(map(is_kept, range(1, 100_001))) < 5000
