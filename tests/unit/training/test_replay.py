"""Replayed steps equal ordinary steps. In place of a GPU's recording, these tests call the step again."""

from typing import Any

import pytest
import torch

from gradus.spec.experiment import Spec
from models.batch import EpochBatches
from models.schedule import learning_rates
from tests.unit.training.examples import CPU, made_up_data, weighted
from tests.unit.training.images import NETWORKS, made_up_images
from worker.training.chunk import ChunkTrainer
from worker.training.data import Data
from worker.training.engine import Engine
from worker.training.replay import WARM_UPS, Body, Replay

BASE: dict[str, Any] = {"dataset": "wine", "layers": [7, 5], "batch_size": 4, "clip_norm": 1.0, "l2": 0.001}
TABLE_WORDS: dict[str, Any] = {
    "layers": [{"kind": "scale", "lr_factor": 6}, 7],
    "init": "ntk",
    "activation": "mish",
    "number_embeddings": "periodic",
    "optimizer": "adamw",
}
DATA = made_up_data().to(CPU, torch.float64)
STEPS = 6


def call_again(body: Body) -> Body:
    """A substitute for capturing a GPU's operations, for machines without a GPU."""
    for _ in range(WARM_UPS):
        body()
    return body


def _engine(experiments: list[Spec], data: Data) -> Engine:
    return Engine(experiments, data.plan, len(data.train), CPU, torch.float64)


@pytest.mark.parametrize("seeds", [[0], [3, 3], [0, 1, 2]])
@pytest.mark.parametrize(
    "more", [{}, {"batch_norm": True, "optimizer": "adam"}, {"dropout": 0.5, "input_dropout": 0.1}, TABLE_WORDS]
)
def test_a_replayed_chunk_leaves_the_bits_of_a_chunk_of_steps(more: dict[str, Any], seeds: list[int]) -> None:
    _compare(more, seeds, DATA)


@pytest.mark.parametrize("name", ["channel dropout", "residual with projection"])
def test_a_replayed_chunk_of_images_leaves_the_bits_of_a_chunk_of_steps(name: str) -> None:
    _compare(NETWORKS[name], [0, 1], made_up_images().to(CPU, torch.float64))


@pytest.mark.parametrize("seeds", [[3, 3], [0, 1]])
def test_a_replayed_chunk_draws_its_augmentation(seeds: list[int]) -> None:
    words = ["rotate", "brightness", "noise", "cutout", "mixup"]
    _compare({**NETWORKS["conv"], "dataset": {"name": "mnist", "augment": words}}, seeds, weighted(made_up_images()))


@pytest.mark.parametrize("seeds", [[3, 3], [0, 1]])
def test_a_replayed_chunk_weighs_its_examples(seeds: list[int]) -> None:
    _compare({"loss": {"kind": "cross_entropy", "label_smoothing": 0.1}}, seeds, weighted(DATA))


def _compare(more: dict[str, Any], seeds: list[int], data: Data) -> None:
    experiments = [Spec(**{**BASE, **more, "seed": seed}) for seed in seeds]
    engine, replayed = _engine(experiments, data), _engine(experiments, data)
    trainer = ChunkTrainer(engine, experiments, data.train, STEPS)
    outputs = torch.empty(STEPS, len(seeds), engine.batch, 3, dtype=torch.float64)
    norms = torch.empty(STEPS, len(seeds), dtype=torch.float64)
    replayed.mix_with(data.train.targets, data.train.weights)
    replayed.start_epoch(1)
    with torch.inference_mode():
        replay = Replay(replayed, data.train.inputs, outputs, norms, call_again)
        epoch = EpochBatches(seeds, 1, data.train.targets, engine.batch, data.train.weights)
        for steps in (range(STEPS), range(STEPS, len(epoch))):  # the second is shorter
            (record,) = trainer.train(epoch, [steps])
            rates = learning_rates(experiments, steps.start, steps.stop, len(epoch))[..., None]
            targets = epoch.targets(steps)
            replay(steps.start, epoch.rows[steps.start : steps.stop], targets, rates, epoch.weights(steps))
            assert torch.equal(norms[: len(steps)], record.norms)
            assert torch.equal(engine.loss.values(outputs[: len(steps)], targets), record.losses)
    for name, tensor in engine.tensors().items():
        assert torch.equal(replayed.tensors()[name], tensor), name
