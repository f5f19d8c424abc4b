"""Training on bytes gives the same bits as on the same examples in float32."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from gradus.spec.experiment import Spec
from tests.built_in import data_of
from tests.unit.training.examples import CPU
from worker.training.data import Data, Split
from worker.training.report import Divergence, EpochReport
from worker.training.train import Training, train

BASE: dict[str, Any] = {"dataset": "wine", "layers": [7], "batch_size": 12, "epochs": 2, "device": "auto"}
PLACES = [CPU, pytest.param(torch.device("cuda"), marks=pytest.mark.gpu)]


def _bytes() -> Data:
    draws = torch.Generator().manual_seed(0)

    def split(n: int) -> Split:
        inputs = torch.randint(0, 256, (n, 13), generator=draws, dtype=torch.uint8)
        return Split(inputs, inputs[:, :3].argmax(1), largest=255)

    return Data(split(40), split(15), split(17), data_of("wine"))


def _numbers(split: Split) -> Split:
    return replace(split, inputs=split.inputs.float() / 255, largest=None)


@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("more", [{}, {"input_dropout": 0.2, "batch_norm": True}], ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_a_run_on_bytes_is_the_run_on_their_numbers(
    place: torch.device, more: dict[str, Any], dtype: torch.dtype
) -> None:
    data = _bytes()
    parts = (_numbers(part) for part in (data.train, data.validation, data.test))
    train_part, validation, test = parts
    floats = replace(data, train=train_part, validation=validation, test=test)
    experiments = [Spec(**{**BASE, **more, "seed": seed}) for seed in (0, 1)]
    runs: list[Training] = [train(experiments, one, place, dtype=dtype) for one in (data, floats)]
    reports = [[report for report in run if isinstance(report, EpochReport)] for run in runs]
    assert reports[0] == reports[1]
    for name, tensor in runs[0].state().tensors.items():
        assert torch.equal(tensor, runs[1].state().tensors[name]), name


def test_a_run_that_diverges_on_bytes_says_where() -> None:
    experiment = Spec(**{**BASE, "optimizer": {"kind": "sgd", "lr": 1e6}, "activation": "identity"})
    reports = [report for report in train([experiment], _bytes(), CPU) if isinstance(report, EpochReport)]
    assert reports[-1].members[0] is not None
    assert isinstance(reports[-1].members[0].ending, Divergence)
