"""A regression learns standardized targets, and its losses are reported in the targets' own units."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from gradus.spec.experiment import Spec
from gradus.spec.loss import SquaredLoss
from tests.built_in import data_of, resolved
from tests.unit.training.examples import CPU, made_up_data
from worker.checkpoint.restore import fork_state
from worker.data.load import load, split
from worker.data.raw import RawDataset
from worker.data.scale import standardized_targets, target_scale
from worker.training.baseline import Baseline
from worker.training.data import Data
from worker.training.divergence import DivergenceMonitor, constant_loss
from worker.training.report import EpochReport, Finished, MemberEpoch
from worker.training.target_scale import NAME, TargetScale
from worker.training.train import Training, train

BASE: dict[str, Any] = {"dataset": "diabetes", "layers": [7], "batch_size": 10, "epochs": 3}


def _rows(training: Training) -> list[MemberEpoch]:
    return [row for report in training if isinstance(report, EpochReport) for row in report.members if row]


def _predictions(training: Training, data: Data) -> Tensor:
    """Predictions in the targets' own units, (n,)."""
    outputs = training._engine.evaluate(data.test.inputs.float())[0, :, 0].double()
    return outputs * data.target_scale.deviation[0] + data.target_scale.mean[0]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"optimizer": "sgd"},
        {"dataset": {"name": "diabetes", "standardize": True}, "optimizer": "sgd"},
        {"layers": [], "optimizer": {"kind": "sgd", "lr": 0.1}},
    ],
)
def test_a_regression_beats_the_mean_with_the_defaults(changes: dict[str, Any]) -> None:
    experiment = Spec(**{"dataset": "diabetes", "layers": [64, 32], **changes})
    one = resolved(experiment)
    data = load(one.spec.dataset, one.data, [], print)
    answering_the_mean = data.target_scale.deviation[0] ** 2 * float(data.test.targets.square().mean())
    last = _rows(train([experiment], data, CPU))[-1]
    assert answering_the_mean == pytest.approx(5_900, rel=0.2)
    assert last.ending == Finished()
    assert last.test_loss < answering_the_mean


@pytest.mark.parametrize("kind", ["squared", "absolute", "huber", {"kind": "quantile", "q": 0.9}], ids=str)
def test_ten_epochs_of_any_loss_are_a_fifth_better_than_the_best_constant(kind: Any) -> None:
    experiment = Spec(dataset="diabetes", layers=[64, 32], loss=kind)
    one = resolved(experiment)
    data = load(one.spec.dataset, one.data, [], print)
    training = train([experiment], data, CPU)
    constant = Baseline(data, training._engine.losses[0], 1).loss
    assert _rows(training)[-1].validation_loss < 0.8 * constant


@pytest.mark.parametrize(("kind", "power"), [("absolute", 1), ("quantile", 1), ("huber", 2)])
def test_each_loss_is_told_in_its_own_unit(kind: str, power: int) -> None:
    plain = made_up_data("diabetes")
    scaled = replace(plain, target_scale=TargetScale(mean=(5.0,), deviation=(10.0,)))
    experiment = Spec(**{**BASE, "loss": kind, "epochs": 1})
    (one,), (other,) = _rows(train([experiment], plain, CPU)), _rows(train([experiment], scaled, CPU))
    for name in ("train_loss", "validation_loss", "test_loss"):
        assert getattr(other, name) == pytest.approx(10**power * getattr(one, name), rel=1e-12)


def test_targets_are_standardised_by_the_training_examples_alone() -> None:
    one = resolved(Spec(dataset="diabetes", layers=[]))
    data = load(one.spec.dataset, one.data, [], print)
    targets = data.train.targets.double()
    assert float(targets.mean()) == pytest.approx(0, abs=1e-6)
    assert float(targets.std(correction=0)) == pytest.approx(1, abs=1e-6)
    own = data.test.targets.double() * data.target_scale.deviation[0] + data.target_scale.mean[0]
    assert float(own.min()) >= 24.99  # the table's values lie between 25 and 346
    assert float(own.max()) <= 346.01


def test_losses_are_told_in_the_targets_own_units() -> None:
    plain = made_up_data("diabetes")
    scaled = replace(plain, target_scale=TargetScale(mean=(5.0,), deviation=(10.0,)))
    one, other = _rows(train([Spec(**BASE)], plain, CPU)), _rows(train([Spec(**BASE)], scaled, CPU))
    for ours, theirs in zip(one, other, strict=True):
        for name in ("train_loss", "validation_loss", "test_loss"):
            assert getattr(theirs, name) == pytest.approx(100 * getattr(ours, name), rel=1e-12)
        assert theirs.gradient_norm == ours.gradient_norm


def test_a_fork_to_other_training_examples_keeps_its_predictions() -> None:
    data = replace(made_up_data("diabetes"), target_scale=TargetScale(mean=(5.0,), deviation=(10.0,)))
    parent = train([Spec(**BASE)], data, CPU)
    _rows(parent)
    elsewhere = replace(data, target_scale=TargetScale(mean=(-2.0,), deviation=(3.0,)))
    child = train([Spec(**BASE)], elsewhere, CPU, state=fork_state(parent.state()))
    torch.testing.assert_close(_predictions(child, elsewhere), _predictions(parent, data), rtol=1e-5, atol=1e-5)


def test_a_checkpoint_of_targets_in_their_own_units_keeps_its_predictions() -> None:
    data = made_up_data("diabetes")
    old = train([Spec(**BASE)], data, CPU)
    _rows(old)
    state = old.state()
    before = replace(state, tensors={name: tensor for name, tensor in state.tensors.items() if name != NAME})
    now = replace(data, target_scale=TargetScale(mean=(4.0,), deviation=(2.0,)))
    new = train([Spec(**{**BASE, "epochs": 5})], now, CPU, state=before)
    torch.testing.assert_close(_predictions(new, now), _predictions(old, data), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("value", [0.0, 0.1, 5.0, -3e7])
def test_a_constant_target_is_no_hopeless_one(value: float) -> None:
    targets = np.full(50, value)
    assert target_scale(targets).deviation == (1.0,)
    watch = DivergenceMonitor([constant_loss(SquaredLoss(), torch.full((50,), value), 1)], CPU)
    watch.record(torch.full((3, 1, 10), 1e-12), first=0)
    watch.record(torch.full((3, 1, 10), 0.02), first=3)
    loss = torch.tensor([0.02], dtype=torch.float64)
    assert watch.exploding(loss, loss).tolist() == [0.0]


def test_a_constant_target_is_learned() -> None:
    draws = np.random.default_rng(0)
    inputs, targets = draws.normal(size=(442, 10)), np.full(442, 0.1)
    experiment = Spec(**{**BASE, "epochs": 5})
    raw = RawDataset(inputs[:354], targets[:354], inputs[354:], targets[354:], largest=None)
    data = split(experiment.dataset, data_of("diabetes"), raw)
    assert _rows(train([experiment], data, CPU))[-1].ending == Finished()


def test_each_of_several_targets_has_its_own_scale() -> None:
    targets = np.array([[1.0, 200.0], [3.0, 200.0], [5.0, 200.0]])
    scale = target_scale(targets)
    assert scale.mean == (3.0, 200.0)
    assert scale.deviation == pytest.approx(((8 / 3) ** 0.5, 1.0))
    standard = standardized_targets(targets, scale)
    assert standard.dtype == np.float32
    assert standard[:, 0].std() == pytest.approx(1)
    assert standard[:, 1].tolist() == [0, 0, 0]
    assert scale.tensor(2).tolist() == [[*scale.mean, *scale.deviation]] * 2
