"""When the next checkpoint is due: the longer it takes to write one, the later."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hub.artifacts.folder import FolderStore
from hub.artifacts.manifest import Receipt
from tests.unit.checkpoint.test_restore import KEPT
from worker.checkpoint.writer import MAX_INTERVAL_SECONDS, MIN_TRAINING_PER_WRITE, CheckpointWriter


class Clock:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class SlowFolder(FolderStore):
    """A folder on a slow disk: every checkpoint takes `seconds`."""

    def __init__(self, root: Path, clock: Clock, seconds: float) -> None:
        super().__init__(root)
        self._clock, self._seconds = clock, seconds

    def put(self, key: str, fill: Callable[[Path], None]) -> Receipt:
        self._clock.now += self._seconds
        return super().put(key, fill)


@pytest.mark.parametrize(
    ("wished", "takes", "due"),
    [
        (10.0, 0.01, 10.0),
        (10.0, 0.5, 10.0),  # two members, 0.5 s each: 10 x 1.0
        (10.0, 2.0, 2 * MIN_TRAINING_PER_WRITE * 2.0),
        (0.1, 0.01, 2 * MIN_TRAINING_PER_WRITE * 0.01),
        (10.0, 100.0, MAX_INTERVAL_SECONDS),
        (90.0, 100.0, 90.0),
    ],
)
def test_a_checkpoint_is_due_when_training_anew_would_cost_as_much(
    tmp_path: Path, wished: float, takes: float, due: float
) -> None:
    clock = Clock()
    writer = CheckpointWriter(SlowFolder(tmp_path, clock, takes), 1, clock)
    assert not writer.is_due(wished)
    writer.submit({"exp_1": KEPT, "exp_2": KEPT}, lambda _: None)
    writer.close()
    clock.now += due * 0.99
    assert not writer.is_due(wished)
    clock.now += due * 0.02
    assert writer.is_due(wished)
