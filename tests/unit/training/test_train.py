"""What a run reports, and how it ends."""

from dataclasses import replace
from math import isnan
from typing import Any

import pytest
import torch

from gradus.spec.experiment import Spec
from models.seed import epoch_permutation
from tests.unit.training.examples import CPU, made_up_data
from worker.training.data import Data
from worker.training.report import Divergence, EpochReport, Finished, MemberEpoch, Pulse, StoppedEarly
from worker.training.train import train

BASE: dict[str, Any] = {"dataset": "wine", "layers": [7, 5], "batch_size": 12, "epochs": 3}


def _rows(experiment: Spec, data: Data | None = None) -> list[MemberEpoch]:
    reports = train([experiment], data or made_up_data(experiment.dataset.name), CPU)
    return [row for report in reports if isinstance(report, EpochReport) for row in report.members if row]


def test_the_same_spec_and_seed_give_the_same_bits() -> None:
    experiment = Spec(**BASE, dropout=0.2, batch_norm=True)
    one, two = (train([experiment], made_up_data(), CPU) for _ in range(2))
    assert list(one) == list(two)
    assert all(torch.equal(tensor, two.weights(0)[name]) for name, tensor in one.weights(0).items())


def test_another_seed_gives_another_run() -> None:
    assert _rows(Spec(**BASE, seed=1)) != _rows(Spec(**BASE, seed=2))


@pytest.mark.parametrize(
    ("batch_size", "steps"),
    [(1, 40), (12, 4), (20, 2), (39, 2), (40, 1), (1000, 1), ("full", 1)],  # 40 examples: 12 + 12 + 12 + 4, …
)
def test_every_batch_size_sees_every_example_once(batch_size: int | str, steps: int) -> None:
    rows = _rows(Spec(**{**BASE, "batch_size": batch_size}))
    assert [row.step for row in rows] == [steps, 2 * steps, 3 * steps]
    share = rows[0].train_accuracy
    assert share is not None
    assert share * 40 == pytest.approx(round(share * 40))
    assert rows[-1].train_loss < rows[0].train_loss


def test_a_last_batch_of_one_example_leaves_batch_norm_sound() -> None:
    rows = _rows(Spec(**{**BASE, "batch_size": 13, "batch_norm": True}))  # 13 + 13 + 13 + 1
    assert [row.ending for row in rows] == [None, None, Finished()]


def test_a_pulse_comes_between_the_epochs() -> None:
    reports = list(train([Spec(**BASE)], made_up_data(), CPU))
    assert reports[:2] == [Pulse(1, 3), Pulse(1, 4)]  # the smaller last batch is a chunk of its own
    assert isinstance(reports[2], EpochReport)
    assert sum(isinstance(report, EpochReport) for report in reports) == 3


def test_regression_has_losses_and_no_accuracy() -> None:
    row = _rows(Spec(**{**BASE, "dataset": "diabetes"}))[-1]
    assert (row.train_accuracy, row.validation_accuracy, row.test_accuracy) == (None, None, None)
    assert row.validation_loss > 0


def test_evaluation_is_over_every_example_with_running_statistics() -> None:
    experiment = Spec(**{**BASE, "epochs": 1, "batch_norm": True, "dropout": 0.5})
    data = made_up_data()
    training = train([experiment], data, CPU, dtype=torch.float64)
    *_, last = training
    assert isinstance(last, EpochReport)
    assert last.members[0] is not None
    w, x = training.weights(0), data.test.inputs
    for i in range(2):
        p = f"layers/{i}."
        z = x @ w[p + "weight"] + w[p + "bias"]
        z = (z - w[p + "running_mean"]) / (w[p + "running_variance"] + 1e-5).sqrt() * w[p + "gamma"] + w[p + "beta"]
        x = z.relu()
    outputs = x @ w["output.weight"] + w["output.bias"]
    expected = torch.nn.functional.cross_entropy(outputs, data.test.targets).item()
    assert last.members[0].test_loss == pytest.approx(expected, rel=1e-12)
    right = (outputs.argmax(1) == data.test.targets).double().mean().item()
    assert last.members[0].test_accuracy == pytest.approx(right)


def test_early_stopping_ends_the_run_and_keeps_the_best_epochs_weights() -> None:
    experiment = Spec(
        **{**BASE, "epochs": 60, "optimizer": {"kind": "adam", "lr": 0.1}, "early_stopping": {"patience": 4}}
    )
    training = train([experiment], made_up_data(), CPU)
    rows, weights = [], {}
    for report in training:
        if isinstance(report, EpochReport):
            assert report.members[0] is not None
            rows.append(report.members[0])
            weights[report.epoch] = training.weights(0)
    best = min(rows, key=lambda row: row.validation_loss).epoch
    assert rows[-1].ending == StoppedEarly(best)
    assert rows[-1].epoch == best + 4 < 60
    assert [row.epoch for row in rows if row.is_best][-1] == best
    assert all(torch.equal(tensor, weights[best][name]) for name, tensor in training.best_weights(0).items())


def test_without_early_stopping_the_best_epoch_is_that_of_the_best_validation_accuracy() -> None:
    rows = _rows(Spec(**{**BASE, "epochs": 12}))
    best = max(rows, key=lambda row: (row.validation_accuracy, -row.epoch)).epoch
    assert [row.epoch for row in rows if row.is_best][-1] == best


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adagrad", "rmsprop", "adam", "adamw"])
@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_an_absurd_learning_rate_ends_diverged(optimizer: str, activation: str, batch_norm: bool) -> None:
    experiment = Spec(
        dataset="digits",
        layers=[64, 32],
        activation=activation,
        batch_norm=batch_norm,
        batch_size=32,
        optimizer={"kind": optimizer, "lr": 1000.0},
    )
    rows = _rows(experiment, made_up_data("digits", train=400))
    ending = rows[-1].ending
    assert isinstance(ending, Divergence)
    assert ending.epoch == len(rows) == 1
    assert 1 < ending.step <= rows[-1].step
    assert ending.layer in {"layers/0", "layers/1", "output"}


def _with(data: Data, example: int, value: float) -> Data:
    inputs = data.train.inputs.clone()
    inputs[example] = value
    return replace(data, train=replace(data.train, inputs=inputs))


def test_divergence_names_the_step_and_layer_where_numbers_first_ended() -> None:
    experiment = Spec(**{**BASE, "batch_size": 1, "optimizer": "sgd"})
    order = epoch_permutation(experiment.seed, 1, 40, CPU)
    data = _with(made_up_data(), int(order[16]), torch.nan)  # the 17th example of the first epoch
    rows = _rows(experiment, data)
    assert len(rows) == 1
    assert rows[0].ending == Divergence(1, 17, "layers/0", "inputs")
    assert isnan(rows[0].train_loss)


def test_a_loss_that_overflows_is_the_output_layers() -> None:
    data = made_up_data("diabetes")
    values = torch.full_like(data.train.targets, 1e25)  # (y - ŷ)² is over float32's 3e38
    experiment = Spec(**{**BASE, "dataset": "diabetes", "optimizer": {"kind": "sgd", "lr": 1e-30}})
    rows = _rows(experiment, replace(data, train=replace(data.train, targets=values)))
    assert rows[0].ending == Divergence(1, 1, "output", "initial_weights")


def test_the_first_weights_are_the_best_before_there_is_a_best_epoch() -> None:
    training = train([Spec(**BASE)], made_up_data(), CPU)
    assert all(torch.equal(tensor, training.weights(0)[name]) for name, tensor in training.best_weights(0).items())
