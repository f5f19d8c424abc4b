"""The advice about a diverged run names the cause."""

from typing import Any

import pytest
import torch

from gradus.spec.experiment import Spec
from tests.built_in import data_of
from tests.unit.training.examples import CPU, made_up_data
from worker.trainer.divergence_advice import divergence_failure
from worker.training.data import Data
from worker.training.report import Divergence, EpochReport
from worker.training.train import train

WINE: dict[str, Any] = {"dataset": "wine", "layers": [8], "epochs": 3, "batch_size": 10}
PLAN = data_of("wine")


def _divergence(experiment: Spec, data: Data | None = None) -> Divergence:
    for report in train([experiment], data or made_up_data(), CPU):
        if isinstance(report, EpochReport):
            (row,) = report.members
            if row is not None and isinstance(row.ending, Divergence):
                return row.ending
    raise AssertionError("it did not diverge")


def test_weights_that_overflow_before_the_first_update_are_named() -> None:
    experiment = Spec(
        **{**WINE, "layers": [16] * 100}, activation="identity", init={"kind": "normal", "std": 3},
        optimizer={"kind": "sgd", "lr": 1e-12},
    )  # fmt: skip
    at = _divergence(experiment)
    assert (at.step, at.cause) == (1, "initial_weights")
    failure = divergence_failure(at, experiment, PLAN)
    assert failure.layer == at.layer
    assert failure.message.startswith("the loss is not finite before the first update")
    assert "standard deviation of 3" in failure.message or "standard deviation of 2.9" in failure.message
    assert "0.25 would" in failure.message or "0.24" in failure.message or "0.26" in failure.message
    assert "smaller learning rate" not in failure.message


def test_a_first_loss_that_is_hopeless_is_the_weights_fault_too() -> None:
    experiment = Spec(
        **{**WINE, "layers": [16] * 12}, activation="relu", init={"kind": "normal", "std": 3},
        optimizer={"kind": "sgd", "lr": 0.1},
    )  # fmt: skip
    at = _divergence(experiment)
    assert at.cause == "initial_weights"
    assert "smaller learning rate" not in divergence_failure(at, experiment, PLAN).message


def test_steps_that_are_too_large_are_the_learning_rates_fault() -> None:
    experiment = Spec(**{**WINE, "layers": [8, 8]}, activation="identity", optimizer={"kind": "sgd", "lr": 1000})
    at = _divergence(experiment)
    assert at.cause == "learning_rate"
    assert divergence_failure(at, experiment, PLAN).message.endswith(": use a smaller learning rate")


def test_inputs_that_are_not_finite_are_named() -> None:
    data = made_up_data()
    data.train.inputs[3, 2] = torch.inf
    experiment = Spec(**{**WINE, "batch_size": "full"})
    assert (
        "check the data for NaN and infinity"
        in divergence_failure(_divergence(experiment, data), experiment, PLAN).message
    )


@pytest.mark.parametrize(
    ("optimizer", "l2", "blamed"),
    [
        ({"kind": "sgd", "lr": 1.1}, 1.0, "l2 penalty"),  # 1 - 2·1.1·1 = -1.2
        ({"kind": "sgd", "lr": 0.9}, 1.0, None),  # -0.8
        ({"kind": "momentum", "lr": 1.0, "momentum": 0.9}, 2.0, "l2 penalty"),  # 2 > 1.9
        ({"kind": "momentum", "lr": 1.0, "momentum": 0.9}, 1.8, None),
        ({"kind": "momentum", "lr": 1.0, "momentum": 0.9, "nesterov": True}, 0.7, "l2 penalty"),  # 1.9 / 2.8 = 0.679
        ({"kind": "momentum", "lr": 1.0, "momentum": 0.9, "nesterov": True}, 0.67, None),
        ({"kind": "adamw", "lr": 0.1, "weight_decay": 21}, 0.0, "weight_decay"),
        ({"kind": "adam", "lr": 10}, 100.0, None),
    ],
)
def test_a_penalty_that_makes_weights_grow_is_named(optimizer: dict[str, Any], l2: float, blamed: str | None) -> None:
    """The bounds are compared with actual gradient descent on the penalty alone, from w = 1."""
    experiment = Spec(**WINE, optimizer=optimizer, l2=l2)
    message = divergence_failure(Divergence(2, 9, "output"), experiment, PLAN).message
    assert (blamed or "use a smaller learning rate") in message
    if optimizer["kind"] in {"sgd", "momentum"}:
        weight = torch.ones((), dtype=torch.float64, requires_grad=True)
        own = {"momentum": optimizer.get("momentum", 0.0), "nesterov": optimizer.get("nesterov", False)}
        torch_optimizer = torch.optim.SGD([weight], lr=optimizer["lr"], **own)
        for _ in range(400):
            torch_optimizer.zero_grad()
            (l2 * weight.square()).backward()  # type: ignore[no-untyped-call]
            torch_optimizer.step()
        assert (float(weight.detach().abs()) > 1) == (blamed is not None)
