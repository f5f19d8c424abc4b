"""A run that has learned nothing logs this once."""

import json
from math import log
from typing import Any

import pytest
import torch
from torch import Tensor

from gradus.spec.experiment import Spec
from gradus.spec.loss import CrossEntropy, SquaredLoss
from models.loss import Softmax
from tests.built_in import data_of, resolved
from tests.unit.training.examples import CPU, made_up_data
from worker.data.load import load
from worker.trainer.convert import guessing_message
from worker.training import constant
from worker.training.baseline import Baseline, Guesses
from worker.training.constant import best_constant, constant_loss
from worker.training.data import Data, Split
from worker.training.report import DeadUnits, EpochReport, Guessing, MemberEpoch
from worker.training.state import State, read_state
from worker.training.train import train

DIGITS: dict[str, Any] = {"dataset": "digits", "layers": [64, 32], "epochs": 5}


@pytest.fixture(scope="module")
def digits() -> Data:
    one = resolved(Spec(**DIGITS))
    return load(one.spec.dataset, one.data, [], print)


def _rows(experiment: Spec, data: Data, state: State | None = None) -> list[MemberEpoch]:
    reports = train([experiment], data, CPU, state=state)
    return [row for report in reports if isinstance(report, EpochReport) for row in report.members if row]


@pytest.mark.parametrize(
    "sick",
    [{"optimizer": {"kind": "sgd", "lr": 5}}, {"optimizer": {"kind": "adam", "lr": 1}}, {"init": "zeros"}],
)
def test_a_network_that_guesses_says_so_once(sick: dict[str, Any], digits: Data) -> None:
    said = [(row.epoch, row.guessing) for row in _rows(Spec(**DIGITS, **sick), digits) if row.guessing]
    ((epoch, guessing),) = said
    assert epoch >= 3  # later while the loss happens to fall
    text = guessing_message(guessing)
    assert text.startswith(f"no better than guessing after {epoch} epochs: validation accuracy 0.")
    assert "64 of 64 units of layers/0 are dead" in text or "init" not in sick


@pytest.mark.parametrize(
    "healthy",
    [{}, {"optimizer": "sgd"}, {"batch_norm": True}, {"optimizer": {"kind": "sgd", "lr": 0.003}, "epochs": 20}],
)
def test_a_network_that_learns_says_nothing(healthy: dict[str, Any], digits: Data) -> None:
    assert not any(row.guessing for row in _rows(Spec(**{**DIGITS, **healthy}), digits))


def test_a_short_run_says_so_at_its_end(digits: Data) -> None:
    rows = _rows(Spec(**{**DIGITS, "epochs": 1, "init": "zeros"}), digits)
    assert rows[0].guessing is not None
    assert rows[0].guessing.epochs == 1
    assert "after 1 epoch:" in guessing_message(rows[0].guessing)


def _said_at(losses: list[float], epochs: int) -> int | None:
    guesses = Guesses()
    for epoch, loss in enumerate(losses, 1):
        guesses = guesses.after(loss, epochs=epochs, is_over=epoch == epochs)
        if guesses.said:
            return epoch
    return None


@pytest.mark.parametrize(("epochs", "at"), [(1, 1), (2, 2), (5, 3), (12, 3), (13, 4), (100, 25)])
def test_a_long_run_is_given_a_quarter_of_its_epochs(epochs: int, at: int) -> None:
    assert _said_at([2.3] * epochs, epochs) == at


def test_a_loss_that_still_falls_is_given_time() -> None:
    assert _said_at([2.5, 2.4, 2.35, 2.32, 2.33, 2.3], epochs=12) == 5


def test_a_resumed_run_does_not_say_it_again(digits: Data) -> None:
    experiment = Spec(**DIGITS, init="zeros")
    training = train([experiment], digits, CPU)
    for report in training:
        if isinstance(report, EpochReport) and report.epoch == 3:
            break
    state = training.state()
    stored = read_state(json.loads(json.dumps(state.document())), dict(state.tensors))
    assert not any(row.guessing for row in _rows(experiment, digits, stored))


def test_a_regression_is_held_against_the_mean() -> None:
    data = made_up_data("diabetes")
    knows = Baseline(data, SquaredLoss(), 1)
    train_loss = constant_loss(knows.constant, SquaredLoss(), data.train, data.target_scale.deviation)
    assert train_loss == pytest.approx(float(data.train.targets.double().var(correction=0)), rel=1e-4)
    spread = float((data.validation.targets - data.train.targets.mean()).square().mean())
    assert knows.loss == pytest.approx(spread)
    assert knows.accuracy is None
    assert not knows.is_beaten_by(0.99 * spread, None)
    assert knows.is_beaten_by(0.97 * spread, None)
    assert not knows.is_beaten_by(float("nan"), None)


def test_the_loss_of_a_constant_is_computed_for_a_part_of_the_examples_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    classes = torch.arange(1000) % 7
    weights = 1 + classes / 10
    train, values, sizes = Split(torch.empty(1000, 1), classes, evaluation_weights=weights), Softmax.values, []

    def counted(one: Softmax, outputs: Tensor, targets: Tensor) -> Tensor:
        sizes.append(outputs.numel())
        return values(one, outputs, targets)

    monkeypatch.setattr(Softmax, "values", counted)
    monkeypatch.setattr(constant, "TOGETHER", 1050)
    guess = best_constant(CrossEntropy(), train, 7, ())
    expected = -float((guess[classes] * weights).sum() / weights.sum())
    assert constant_loss(guess, CrossEntropy(), train, ()) == pytest.approx(expected)
    assert sizes == [1050] * 6 + [700]


def test_classes_are_held_against_the_most_frequent_one() -> None:
    """75 of 100 training examples and 48 of 64 validation examples are of class 0, so the limit is 0.75 + 2 · sqrt(0.75
    · 0.25 / 64)."""
    inputs = torch.zeros(100, 2)
    train_split = Split(inputs, torch.tensor([0] * 75 + [1] * 25))
    validation = Split(inputs[:64], torch.tensor([0] * 48 + [1] * 16))
    knows = Baseline(Data(train_split, validation, validation, data_of("breast_cancer")), CrossEntropy(), 2)
    assert knows.accuracy == 0.75
    assert knows.loss == pytest.approx(-0.75 * log(76 / 102) - 0.25 * log(26 / 102))
    assert not knows.is_beaten_by(1.0, 0.75 + 0.108)
    assert knows.is_beaten_by(1.0, 0.75 + 0.109)


def test_weighted_classes_are_held_against_the_weighted_frequencies() -> None:
    """If weights make two classes equal, the best constant has a loss of ln 2 and an accuracy of a half, however rare
    one of them is."""
    inputs, targets = torch.zeros(100, 2), torch.tensor([0] * 90 + [1] * 10)
    train_split = Split(inputs, targets, weights=torch.where(targets == 0, 100 / 180, 100 / 20))
    validation = Split(inputs[:50], torch.tensor([0] * 45 + [1] * 5))
    knows = Baseline(Data(train_split, validation, validation, data_of("breast_cancer")), CrossEntropy(), 2)
    assert knows.loss == pytest.approx(log(2))
    assert knows.accuracy == pytest.approx(0.5)
    assert knows.is_beaten_by(0.3, 0.88)  # always saying 0 has an accuracy of 0.9


def test_dead_units_are_named() -> None:
    seen = Guessing(4, None, 2.0, 1.5, "the mean of the targets", (DeadUnits("layers/1", 30, 32),))
    assert guessing_message(seen) == (
        "no better than guessing after 4 epochs: validation loss 2; predicting the mean of the targets has 1.5; "
        "30 of 32 units of layers/1 are dead: they output 0 for every example"
    )
