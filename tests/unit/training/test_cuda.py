"""A GPU gives the numbers of a CPU, and the same bits each time."""

from typing import Any

import pytest
import torch

from gradus.spec.experiment import Experiment
from tests.unit.training.examples import CPU, made_up_data
from worker.training.report import EpochReport, MemberEpoch
from worker.training.train import train

pytestmark = pytest.mark.gpu

BASE: dict[str, Any] = {
    "dataset": "wine",
    "layers": [7, 5],
    "batch_size": 12,
    "epochs": 4,
    "batch_norm": True,
    "l1": 0.001,
}


def _rows(optimizer: str, place: torch.device) -> list[MemberEpoch]:
    experiments = [Experiment(**{**BASE, "optimizer": optimizer, "clip_norm": norm}) for norm in (0.5, None)]
    reports = train(experiments, made_up_data(), place, dtype=torch.float64)
    return [row for report in reports if isinstance(report, EpochReport) for row in report.members if row]


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adagrad", "rmsprop", "adamw"])
def test_a_run_on_a_gpu_has_the_numbers_of_a_cpu_once_orders_agree(optimizer: str) -> None:
    experiment = Experiment(**{**BASE, "optimizer": optimizer, "batch_size": "full"})  # a GPU draws other orders
    losses = {}
    for place in (CPU, torch.device("cuda")):
        reports = train([experiment], made_up_data(), place, dtype=torch.float64)
        losses[place.type] = [
            row.train_loss for report in reports if isinstance(report, EpochReport) for row in report.members if row
        ]
    assert losses["cuda"] == pytest.approx(losses["cpu"], rel=1e-9)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_two_runs_on_a_gpu_have_the_same_bits(optimizer: str) -> None:
    gpu = torch.device("cuda")
    assert _rows(optimizer, gpu) == _rows(optimizer, gpu)
