"""The memory of a real trainer: it frees what a run has used, however the run ends."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gradus.spec.experiment import Spec
from gradus.status import FailureCode, Status
from tests.built_in import resolved
from tests.integration.worker.processes import alive, until
from tests.servers.usage import forget_the_peak, peak, resident
from worker.trainer.protocol import Ended, EpochDone, Idle, Report, Stop, Stopped, Train, Trainee
from worker.trainer_process import TrainerProcess

ONE_STEP: dict[str, Any] = {"dataset": {"name": "digits", "limit": 64}, "batch_size": 64, "epochs": 1}
LARGE = {**ONE_STEP, "layers": [2400, 2400], "optimizer": "adam"}
"""A network of six million parameters: 140 MiB of weights, gradients and optimizer state, and as much again for a
checkpoint."""
TAKEN, LEFT = 150.0, 50.0
"""In MiB: the least memory that the run must take, and the most that may remain after it, which libraries allocate once
for each new shape."""


class Lesson:
    """A trainer, and the jobs that it was sent."""

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        self.trainer = TrainerProcess(device)
        self.trainer.wait_until_ready()
        self._folder = folder
        self._number = 0

    def train(self, **spec: object) -> str:
        """Send a job; returns the id of its experiment."""
        self._number += 1
        run = resolved(Spec(**spec))
        trainee = Trainee(id=f"exp_{self._number}", spec=run.spec, data=run.data, epoch=0, seconds=0.0)
        store = str(self._folder / "artifacts")
        folders = (str(self._folder),)
        order = Train(
            trainees=(trainee,), dataset_dirs=folders, artifacts_url=store, token=self._number, checkpoint_seconds=20
        )
        self.trainer.send(order)
        return trainee.id

    def hear(self, kind: type[Report]) -> Report:
        """Wait for the next report of this kind."""
        heard: list[Report] = []

        def heard_it() -> bool:
            report = self.trainer.receive(0.1)
            heard.extend([report] if isinstance(report, kind) else [])
            return bool(heard)

        until(heard_it)
        return heard[0]


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lesson]:
    """A trainer that has already loaded the data set and trained a small network."""
    lesson = Lesson(tmp_path_factory.mktemp("lesson"))
    lesson.train(**{**LARGE, "layers": [8]})
    lesson.hear(Idle)
    yield lesson
    lesson.trainer.kill()


def succeed(lesson: Lesson, _: str) -> None:
    ended = lesson.hear(Ended)
    assert isinstance(ended, Ended)
    assert ended.status is Status.SUCCEEDED


def diverge(lesson: Lesson, _: str) -> None:
    ended = lesson.hear(Ended)
    assert isinstance(ended, Ended)
    assert ended.failure is not None
    assert ended.failure.code is FailureCode.DIVERGED


def cancel(lesson: Lesson, one: str) -> None:
    lesson.hear(EpochDone)
    lesson.trainer.send(Stop(ids=(one,)))


def pause(lesson: Lesson, one: str) -> None:
    lesson.hear(EpochDone)
    lesson.trainer.send(Stop(ids=(one,), keep=True))
    lesson.hear(Stopped)


@pytest.mark.parametrize(
    ("spec", "end"),
    [
        ({}, succeed),
        ({"optimizer": {"kind": "sgd", "lr": 1e6}, "activation": "identity", "epochs": 9}, diverge),
        ({"epochs": 1000}, cancel),
        ({"epochs": 1000}, pause),
    ],
)
def test_after_a_large_run_the_memory_is_given_back(
    lesson: Lesson, spec: dict[str, object], end: Callable[[Lesson, str], None]
) -> None:
    before = resident(lesson.trainer.pid)
    forget_the_peak(lesson.trainer.pid)
    end(lesson, lesson.train(**{**LARGE, **spec}))
    idle = lesson.hear(Idle)
    after, most = resident(lesson.trainer.pid), peak(lesson.trainer.pid)
    assert isinstance(idle, Idle)
    assert not idle.worn
    assert most - before > TAKEN
    assert after - before < LEFT


@pytest.mark.gpu
def test_a_trainer_that_ran_out_of_the_gpu_s_memory_says_so_and_makes_room_for_another(tmp_path: Path) -> None:
    lesson = Lesson(tmp_path, "cuda")
    lesson.train(**{**ONE_STEP, "layers": [300_000, 300_000]})
    ended, idle = lesson.hear(Ended), lesson.hear(Idle)
    assert isinstance(ended, Ended)
    assert isinstance(idle, Idle)
    assert ended.failure is not None
    assert ended.failure.code is FailureCode.OUT_OF_MEMORY
    assert idle.worn
    lesson.trainer.kill()
    until(lambda: not alive(lesson.trainer.pid))
