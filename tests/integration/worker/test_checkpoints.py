"""Which epochs of a short run have a checkpoint: the best, the last, and those that the spec asks for."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch

from gradus.spec.experiment import Spec
from tests.built_in import resolved
from worker.data.cache import DataCache
from worker.trainer.job import Job
from worker.trainer.protocol import CheckpointWritten, EpochDone, Report, Train, Trainee

NEVER = 1e9
"""More seconds than any run takes."""


class Reports:
    """A substitute for the trainer's pipe that collects the reports."""

    stopped: Mapping[str, bool] = {}

    def __init__(self) -> None:
        self.said: list[Report] = []

    def send(self, report: Report) -> None:
        self.said.append(report)


def kept(folder: Path, seconds: float, **spec: object) -> tuple[list[int], list[int]]:
    """The epochs whose checkpoints were written together with their rows, and those whose checkpoints were written
    later."""
    run = Spec(**{"dataset": "wine", "layers": [4], "epochs": 12, **spec})
    trainee = Trainee(id="exp_1", spec=run, data=resolved(run).data, epoch=0, seconds=0.0)
    order = Train(trainees=(trainee,), dataset_dirs=(), artifacts_url=str(folder), token=1, checkpoint_seconds=seconds)
    pipe = Reports()
    assert Job(pipe, order, DataCache(2**30), torch.device("cpu")).train()  # type: ignore[arg-type]
    rows = [row for report in pipe.said if isinstance(report, EpochDone) for row in report.members]
    assert [row.row.epoch for row in rows] == list(range(1, 13))
    beside = [report.saved.epoch for report in pipe.said if isinstance(report, CheckpointWritten)]
    return [row.row.epoch for row in rows if row.saved is not None], beside


def test_a_short_run_writes_its_last_epoch_and_its_best(tmp_path: Path) -> None:
    with_rows, beside = kept(tmp_path, NEVER, optimizer={"kind": "sgd", "lr": 5.0}, seed=3)
    assert with_rows == [12]
    assert len(beside) == 1


@pytest.mark.parametrize("every", [1, 5])
def test_what_the_spec_asks_for_is_written_however_little_time_has_passed(tmp_path: Path, every: int) -> None:
    with_rows, _ = kept(tmp_path, NEVER, checkpoint={"every": every})
    assert with_rows == sorted({*range(every, 13, every), 12})
