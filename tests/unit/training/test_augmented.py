"""Training on augmented images: mixed losses, resumed runs, members of an array, and plain evaluation."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from gradus.spec.augment import Mixup
from gradus.spec.experiment import Spec
from gradus.spec.loss import Task
from models.batch import EpochBatches
from tests.unit.models.augment_reference import augmented, other, share
from tests.unit.training.examples import CPU, weighted
from tests.unit.training.images import conv, made_up_images
from worker.training.data import Data, Split
from worker.training.engine import Engine
from worker.training.report import EpochReport, Pulse
from worker.training.state import read_state
from worker.training.train import Training, train

EVERYTHING = ["flip", "crop", "scale", "rotate", "shift", "brightness", "noise", "cutout", "mixup"]
STRONG: list[Any] = [{"kind": "rotate", "degrees": 90}, {"kind": "mixup", "alpha": 3.0}]


def _spec(augment: Sequence[Any], **words: Any) -> Spec:
    return Spec(
        **{
            "layers": [conv(), "max_pool", 5],
            "batch_size": 6,
            "epochs": 3,
            **words,
            "dataset": {"name": "mnist", "augment": augment},
        }
    )


def _pixels(train: int = 50, dtype: torch.dtype = torch.float32) -> Data:
    """Images of bytes. The last batch of the training split is smaller than the others."""
    data = made_up_images((6, 5), train)

    def of(split: Split) -> Split:
        return replace(split, inputs=(split.inputs * 60 + 128).clamp(0, 255).to(torch.uint8), largest=255.0)

    pixels = replace(data, train=of(data.train), validation=of(data.validation), test=of(data.test))
    return pixels.to(CPU, dtype)


def _rows(training: Training) -> list[Any]:
    return [report.members for report in training if isinstance(report, EpochReport)]


@pytest.mark.parametrize("augment", [EVERYTHING, ["flip", "shift"]], ids=["everything", "whole pixels"])
def test_an_augmented_run_resumed_in_mid_epoch_goes_on_bit_for_bit(augment: list[Any]) -> None:
    experiments = [_spec(augment, seed=0), _spec(augment, seed=7)]
    whole = train(experiments, _pixels(), CPU, pulse_steps=3)
    reports = [next(whole) for _ in range(6)]
    assert isinstance(reports[-1], Pulse)
    stored = whole.state()
    state = read_state(json.loads(json.dumps(stored.document())), dict(stored.tensors))
    rest = list(whole)
    resumed = train(experiments, _pixels(), CPU, state=state, pulse_steps=3)
    assert list(resumed) == rest
    assert all(torch.equal(resumed.weights(1)[name], tensor) for name, tensor in whole.weights(1).items())


@pytest.mark.parametrize("seeds", [(3, 3), (3, 4)], ids=str)
def test_members_with_numbers_of_their_own_train_as_if_alone(seeds: tuple[int, int]) -> None:
    data = weighted(_pixels(dtype=torch.float64))
    weak: list[Any] = [{"kind": "rotate", "degrees": 1}, "mixup"]
    experiments = [_spec(one, seed=seed) for one, seed in zip((STRONG, weak), seeds, strict=True)]
    together = _rows(train(experiments, data, CPU, dtype=torch.float64))
    for k, experiment in enumerate(experiments):
        alone = _rows(train([experiment], data, CPU, dtype=torch.float64))
        for both, (row,) in zip(together, alone, strict=True):
            assert both[k].train_loss == pytest.approx(row.train_loss, rel=1e-9)
            assert both[k].validation_loss == pytest.approx(row.validation_loss, rel=1e-9)
    assert together[0][0].train_loss != pytest.approx(together[0][1].train_loss, rel=1e-3)


def test_only_training_images_are_changed() -> None:
    still = {"kind": "sgd", "lr": 1e-30}
    plain, changed = (_spec(EVERYTHING[:n], optimizer=still, epochs=1) for n in (0, 9))
    without, after = (_rows(train([one], _pixels(), CPU))[0][0] for one in (plain, changed))
    assert without.validation_loss == after.validation_loss
    assert without.test_loss == after.test_loss
    assert without.train_loss != after.train_loss


def _stepped(experiment: Spec, data: Data) -> tuple[Engine, Tensor]:
    """An engine after one step with a learning rate of 0, and the rows of the step."""
    engine = Engine([experiment], data.plan, len(data.train), CPU, torch.float64)
    engine.mix_with(data.train.targets, data.train.weights)
    engine.start_epoch(1)
    epoch = EpochBatches([experiment.seed], 1, data.train.targets, engine.batch, data.train.weights)
    weights = epoch.weights(range(1))
    batch = epoch.rows[0], epoch.targets(range(1))[0], None if weights is None else weights[0]
    engine.step(data.train.inputs, batch, torch.zeros(1, 1, dtype=torch.float64), torch.empty(1, dtype=torch.float64))
    return engine, epoch.rows[0]


def _labels(data: Data) -> Data:
    """The data with three labels for each example instead of one class."""
    train = replace(data.train, targets=functional.one_hot((data.train.targets + 1) % 3, 3).double())
    return replace(data, plan=data.plan.model_copy(update={"task": "multi_label"}), train=train)


@pytest.mark.parametrize("task", ["classification", "multi_label"])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_mixup_minimizes_the_loss_of_both_targets_each_with_its_own_weight(task: Task, smoothing: float) -> None:
    data = weighted(_pixels(dtype=torch.float64))
    data = _labels(data) if task == "multi_label" else data
    kind = "cross_entropy" if task == "classification" else "binary_cross_entropy"
    words: dict[str, Any] = {"layers": [], "batch_size": 16, "loss": {"kind": kind, "label_smoothing": smoothing}}
    experiment = _spec(STRONG, seed=5, **words)
    engine, rows = _stepped(experiment, data)
    n, mixup = len(data.train), experiment.dataset.augment[-1]
    assert isinstance(mixup, Mixup)
    images = augmented(data.train.inputs.view(n, 6, 5, 1).numpy(), experiment.dataset.augment, 5, 1)
    x, kept = torch.from_numpy(images).view(n, -1)[rows], torch.from_numpy(share(5, mixup, 1, n))[rows]
    others = torch.from_numpy(other(5, 1, n))[rows]
    named = [engine.storage.of(f"output.{name}") for name in ("weight", "bias")]
    weight, bias = (tensor[0].clone().requires_grad_() for tensor, _ in named)
    outputs = x @ weight + bias

    def loss(places: Tensor) -> Tensor:
        targets, weights = data.train.targets[places], data.train.weights
        assert weights is not None
        if task == "classification":
            values = functional.cross_entropy(outputs, targets, reduction="none", label_smoothing=smoothing)
        else:
            smooth = targets * (1 - smoothing) + smoothing / 2
            values = functional.binary_cross_entropy_with_logits(outputs, smooth, reduction="none").mean(1)
        return weights[places] * values

    (kept * loss(rows) + (1 - kept) * loss(others)).mean().backward()  # type: ignore[no-untyped-call]
    for (_, gradient), leaf in zip(named, (weight, bias), strict=True):
        torch.testing.assert_close(gradient[0], leaf.grad, rtol=1e-9, atol=1e-12)
