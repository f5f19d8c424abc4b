"""At which epochs findings are computed: a resumed run uses the same epochs as an uninterrupted one."""

from itertools import pairwise

import pytest

from insight.looks import is_kept, is_look, is_measured, measurement_stride


def test_long_runs_are_looked_at_less_often_and_each_look_sees_its_row() -> None:
    looks = [epoch for epoch in range(1, 100_001) if is_look(epoch)]
    assert looks[:31] == list(range(1, 32))
    assert len(looks) < 250
    assert all(is_kept(epoch) for epoch in looks)
    assert max(later / earlier for earlier, later in pairwise(looks[31:])) < 1.07
    assert sum(map(is_kept, range(1, 100_001))) < 5000


@pytest.mark.parametrize(
    ("examples", "batch", "stride"),
    [
        (60_000, 128, 1),
        (17_920, 128, 1),  # 60 · (512/3 + 128)
        (17_919, 128, 2),
        (1000, 32, 16),  # 12.2 epochs
        (1000, 1000, 32),  # 17.9
        (142, 32, 64),  # 33.5
        (2, 1, 64),
    ],
)
def test_layers_are_measured_once_in_sixty_times_what_it_costs(examples: int, batch: int, stride: int) -> None:
    assert measurement_stride(examples, batch) == stride
    epochs = [epoch for epoch in range(1, 10_000) if is_measured(epoch, examples, batch)]
    assert epochs[:4] == [1, *(stride * n for n in range(1, 5))][stride == 1 :][:4]
    if stride > 1:
        assert all(is_look(epoch) for epoch in epochs)
        assert len(epochs) < 250
