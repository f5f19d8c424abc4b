"""A run in bfloat16 logs that the number format is emulated."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch

from gradus.spec.experiment import Spec
from gradus.spec.precision import EMULATED, Precision
from tests.built_in import resolved
from worker.data.cache import DataCache
from worker.trainer.job import Job
from worker.trainer.protocol import LogLine, Report, Train, Trainee


class Pipe:
    """A substitute for the trainer's pipe that collects the reports."""

    stopped: Mapping[str, bool] = {}

    def __init__(self) -> None:
        self.lines: list[str] = []

    def send(self, report: Report) -> None:
        if isinstance(report, LogLine):
            self.lines.append(report.message)


@pytest.mark.parametrize(("precision", "times"), [("float32", 0), ("bfloat16", 1)])
def test_it_is_said_once(tmp_path: Path, precision: Precision, times: int) -> None:
    one = resolved(Spec(dataset="wine", layers=[4], epochs=1, precision=precision))
    command = Train(
        trainees=(Trainee(id="exp_1", spec=one.spec, data=one.data, epoch=0, seconds=0.0),),
        dataset_dirs=(str(tmp_path),),
        artifacts_url=str(tmp_path / "store"),
        token=1,
        checkpoint_seconds=1e9,
    )
    pipe = Pipe()
    assert Job(pipe, command, DataCache(2**30), torch.device("cpu")).train()  # type: ignore[arg-type]
    assert pipe.lines.count(EMULATED) == times
