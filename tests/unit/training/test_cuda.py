"""A GPU gives the numbers of a CPU, and the same bits each time."""

import logging
from typing import Any

import pytest
import torch

from gradus.spec.experiment import Spec
from models.batch import EpochBatches
from models.device import select_device
from models.schedule import learning_rates
from tests.built_in import resolved
from tests.unit.training.examples import CPU, made_up_data, weighted
from tests.unit.training.images import NETWORKS, images_for
from worker.trainer.memory_trim import log_peak_memory
from worker.training.engine import Engine
from worker.training.replay import Replay
from worker.training.report import EpochReport, MemberEpoch
from worker.training.train import train

pytestmark = pytest.mark.gpu

GPU = torch.device("cuda")
BASE: dict[str, Any] = {
    "dataset": "wine",
    "layers": [7, 5],
    "batch_size": 12,
    "epochs": 4,
    "batch_norm": True,
    "l1": 0.001,
}


LOSSES: list[dict[str, Any]] = [
    {"loss": {"kind": "cross_entropy", "label_smoothing": 0.1}},
    *({"dataset": "diabetes", "loss": kind} for kind in ("squared", "absolute", "huber", "quantile")),
]


@pytest.mark.parametrize("changes", LOSSES, ids=str)
def test_a_weighted_loss_on_a_gpu_has_the_numbers_of_a_cpu(changes: dict[str, Any]) -> None:
    experiment = Spec(**{**BASE, **changes, "batch_size": "full"})
    data = weighted(made_up_data(experiment.dataset.name))
    losses = {}
    for place in (CPU, GPU):
        reports = train([experiment], data, place, dtype=torch.float64)
        rows = [row for report in reports if isinstance(report, EpochReport) for row in report.members if row]
        losses[place.type] = [(row.train_loss, row.validation_loss, row.gradient_norm) for row in rows]
    assert losses["cuda"] == [pytest.approx(row, rel=1e-9) for row in losses["cpu"]]


TABLE_WORDS: dict[str, Any] = {
    "layers": [{"kind": "scale", "lr_factor": 6}, 7],
    "init": "ntk",
    "activation": "mish",
    "number_embeddings": "periodic",
    "optimizer": "adamw",
}


def _rows(optimizer: str, place: torch.device) -> list[MemberEpoch]:
    experiments = [Spec(**{**BASE, "optimizer": optimizer, "clip_norm": norm}) for norm in (0.5, None)]
    reports = train(experiments, made_up_data(), place, dtype=torch.float64)
    return [row for report in reports if isinstance(report, EpochReport) for row in report.members if row]


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adagrad", "rmsprop", "adamw"])
def test_a_run_on_a_gpu_has_the_numbers_of_a_cpu_once_orders_agree(optimizer: str) -> None:
    experiment = Spec(**{**BASE, "optimizer": optimizer, "batch_size": "full"})  # a GPU draws other orders
    losses = {}
    for place in (CPU, GPU):
        reports = train([experiment], made_up_data(), place, dtype=torch.float64)
        losses[place.type] = [
            row.train_loss for report in reports if isinstance(report, EpochReport) for row in report.members if row
        ]
    assert losses["cuda"] == pytest.approx(losses["cpu"], rel=1e-9)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_run_on_images_on_a_gpu_has_the_numbers_of_a_cpu(name: str) -> None:
    words = NETWORKS[name]
    without = {"dropout": 0.0, "input_dropout": 0.0}  # a GPU draws other masks
    if "dropout" in str(words["layers"]):
        pytest.skip("its layers have dropout of their own")
    experiment = Spec(**{"dataset": "mnist", "epochs": 3, **words, **without, "batch_size": "full"})
    losses = {}
    for place in (CPU, GPU):
        reports = train([experiment], images_for(name), place, dtype=torch.float64)
        rows = [row for report in reports if isinstance(report, EpochReport) for row in report.members if row]
        losses[place.type] = [(row.train_loss, row.validation_loss, row.gradient_norm) for row in rows]
    assert losses["cuda"] == [pytest.approx(row, rel=1e-9) for row in losses["cpu"]]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_two_runs_on_a_gpu_have_the_same_bits(optimizer: str) -> None:
    assert _rows(optimizer, GPU) == _rows(optimizer, GPU)


@pytest.mark.parametrize("name", ["batch norm", "channel dropout", "avg pool", "residual with projection", "separable"])
def test_two_runs_on_images_on_a_gpu_have_the_same_bits(name: str) -> None:
    device = select_device("cuda")  # which makes torch's kernels deterministic
    experiment = Spec(**{"dataset": "mnist", "epochs": 3, **NETWORKS[name], "batch_size": 12})
    first, second = (list(train([experiment], images_for(name), device, dtype=torch.float64)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("more", [{}, {"optimizer": "adam", "dropout": 0.5}, TABLE_WORDS])
def test_a_captured_step_is_the_step(more: dict[str, Any]) -> None:
    experiments = [Spec(**{**BASE, **more, "seed": seed}) for seed in (0, 1)]
    whole = made_up_data().to(GPU, torch.float64)
    data = whole.train
    stepped, replayed = (Engine(experiments, whole.plan, len(data), GPU, torch.float64) for _ in range(2))
    epoch = EpochBatches([0, 1], 1, data.targets, stepped.batch)
    steps = range(len(epoch) - epoch.has_tail)
    rates = learning_rates(experiments, 0, len(steps), len(epoch))[..., None].to(data.inputs)
    norms = [torch.empty(len(steps), 2, dtype=torch.float64, device=GPU) for _ in range(2)]
    outputs = torch.empty(len(steps), 2, stepped.batch, 3, dtype=torch.float64, device=GPU)
    with torch.inference_mode():
        Replay(replayed, data.inputs, outputs, norms[0])(0, epoch.rows[: len(steps)], epoch.targets(steps), rates)
        for step in steps:
            stepped.seek(step)
            batch = epoch.rows[step], epoch.targets(steps)[step], None
            stepped.step(data.inputs, batch, rates[step], norms[1][step])
    torch.testing.assert_close(*norms, rtol=1e-12, atol=0)
    for name, tensor in stepped.tensors().items():
        torch.testing.assert_close(replayed.tensors()[name], tensor, rtol=1e-12, atol=1e-15)


def test_a_run_on_a_gpu_takes_about_the_memory_that_was_estimated() -> None:
    experiment = Spec(dataset="wine", layers=[3000, 3000, 3000], optimizer="adam", epochs=2, device="cuda")
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    for _ in train([experiment], made_up_data().to(GPU, torch.float32), GPU):
        pass
    assert torch.cuda.max_memory_allocated() - before < 1.5 * resolved(experiment).memory_bytes


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_an_array_takes_no_more_memory_than_was_estimated(optimizer: str, caplog: pytest.LogCaptureFixture) -> None:
    data = made_up_data().to(GPU, torch.float32)
    network = {"layers": [2048, 2048], "optimizer": optimizer, "batch_norm": True, "dropout": 0.5}
    experiments = [Spec(**{**BASE, **network, "seed": seed}) for seed in range(4)]
    caplog.set_level(logging.INFO)
    with log_peak_memory(GPU, resolved(experiments[0]), len(experiments)):
        for _ in train(experiments, data, GPU):
            pass
    assert [record.levelname for record in caplog.records] == ["INFO"]
