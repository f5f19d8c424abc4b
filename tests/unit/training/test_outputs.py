"""Multi-label classification, and regression of several targets."""

import json
from dataclasses import replace
from typing import Any

import pytest
import torch

from gradus.spec.experiment import Spec
from gradus.spec.loss import BinaryCrossEntropy, SquaredLoss, Task
from tests.unit.training.examples import CPU, made_up_outputs
from worker.checkpoint.restore import fork_state
from worker.trainer.convert import guessing_message
from worker.training.baseline import Baseline
from worker.training.data import Data
from worker.training.report import Divergence, EpochReport, Finished, MemberEpoch
from worker.training.state import read_state
from worker.training.target_scale import NAME, TargetScale
from worker.training.train import Training, train

BASE: dict[str, Any] = {"dataset": "wine", "layers": [8], "batch_size": 10, "epochs": 15}
TASKS: tuple[Task, ...] = ("multi_label", "regression")
SCALED = TargetScale((5.0, -3.0, 0.0), (10.0, 0.1, 2.0))


def _rows(training: Training) -> list[MemberEpoch]:
    return [row for report in training if isinstance(report, EpochReport) for row in report.members if row]


def _standard(data: Data) -> Data:
    return data if data.task == "multi_label" else replace(data, target_scale=SCALED)


@pytest.mark.parametrize("task", TASKS)
def test_it_learns_more_than_a_constant(task: Task) -> None:
    data = _standard(made_up_outputs(task, train=400))
    rows = _rows(train([Spec(**BASE)], data, CPU))
    constant = Baseline(data, BinaryCrossEntropy() if task == "multi_label" else SquaredLoss(), 3)
    assert rows[-1].ending == Finished()
    assert constant.is_beaten_by(rows[-1].validation_loss, rows[-1].validation_accuracy)
    assert rows[-1].validation_loss < 0.8 * constant.loss
    assert (rows[-1].validation_accuracy is None) == (task == "regression")
    assert not any(row.guessing for row in rows)


@pytest.mark.parametrize("task", TASKS)
def test_the_best_epoch_is_that_of_the_accuracy_or_the_loss(task: Task) -> None:
    rows = _rows(train([Spec(**BASE)], made_up_outputs(task), CPU))
    scores = [row.validation_loss if row.validation_accuracy is None else -row.validation_accuracy for row in rows]
    assert [row.is_best for row in rows] == [score < min([*scores[:i], 1e9]) for i, score in enumerate(scores)]


@pytest.mark.parametrize("task", TASKS)
def test_a_large_learning_rate_diverges(task: Task) -> None:
    experiment = Spec(**{**BASE, "optimizer": {"kind": "sgd", "lr": 1e5}})
    assert isinstance(_rows(train([experiment], made_up_outputs(task), CPU))[-1].ending, Divergence)


def test_labels_are_held_against_the_more_frequent_value_of_each() -> None:
    data = made_up_outputs("multi_label")
    shares = data.validation.targets.mean(0)
    assert Baseline(data, BinaryCrossEntropy(), 3).accuracy == pytest.approx(float(shares.maximum(1 - shares).mean()))
    rows = _rows(train([Spec(**{**BASE, "optimizer": {"kind": "sgd", "lr": 1e-9}})], data, CPU))
    (guessing,) = [row.guessing for row in rows if row.guessing]
    assert "predicting the more frequent value of each label has" in guessing_message(guessing)


def test_a_single_label_is_no_special_case() -> None:
    rows = _rows(train([Spec(**BASE)], made_up_outputs("multi_label", 1, train=400), CPU))
    assert rows[-1].train_accuracy is not None
    assert rows[-1].train_accuracy > 0.8


def test_the_loss_of_several_targets_is_told_in_no_unit() -> None:
    plain = made_up_outputs("regression")
    one, other = (_rows(train([Spec(**BASE)], data, CPU)) for data in (plain, _standard(plain)))
    assert [row.train_loss for row in one] == [row.train_loss for row in other]


@pytest.mark.parametrize("task", TASKS)
def test_a_resumed_run_has_the_same_bits(task: Task) -> None:
    data = _standard(made_up_outputs(task))
    whole = train([Spec(**BASE)], data, CPU, pulse_steps=3)
    for _ in range(5):
        next(whole)
    state = whole.state()
    stored = read_state(json.loads(json.dumps(state.document())), dict(state.tensors))
    assert (NAME in state.tensors) == (task == "regression")
    resumed = train([Spec(**BASE)], data, CPU, state=stored, pulse_steps=3)
    assert list(resumed) == list(whole)
    assert all(torch.equal(tensor, whole.weights(0)[name]) for name, tensor in resumed.weights(0).items())


def test_a_fork_to_other_examples_keeps_its_predictions_of_every_target() -> None:
    data = _standard(made_up_outputs("regression"))
    elsewhere = replace(data, target_scale=TargetScale((-2.0, 1.0, 0.5), (3.0, 0.2, 2.0)))
    parent = train([Spec(**BASE)], data, CPU)
    _rows(parent)
    child = train([Spec(**BASE)], elsewhere, CPU, state=fork_state(parent.state()))
    predictions = []
    for training, its in ((parent, data), (child, elsewhere)):
        outputs = training._engine.evaluate(its.test.inputs.float())[0].double()
        scale = its.target_scale
        predictions.append(outputs * torch.tensor(scale.deviation) + torch.tensor(scale.mean))
    torch.testing.assert_close(*predictions, rtol=1e-5, atol=1e-5)
