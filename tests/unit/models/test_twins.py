"""Every word of the spec has an implementation."""

from pathlib import Path
from typing import get_args

import pytest
import torch

import gradus.spec
import models
from gradus.spec.activation import ACTIVATIONS, Activation
from gradus.spec.device import DeviceChoice
from gradus.spec.initializer import ConcreteInitializer
from gradus.spec.loss import ConcreteLoss, CrossEntropy
from gradus.spec.optimizer import AnyOptimizer
from gradus.spec.precision import Precision
from gradus.spec.schedule import AnySchedule, CosLog
from models.activation import activation_function
from models.device import select_device
from models.initializer import initial_weights
from models.loss import loss
from models.optimizer import update
from models.precision import products
from models.schedule import factors

WITHOUT_BODY = {
    "spec_model",
    "unknown_keys",
    "dataset",
    "experiment",
    "checkpoint",
    "statistics",
    "gradients",
    "layout",
    "memory",
    "rounding",
    "tensor_plan",
    "__init__",
}
WITHOUT_WORD = {"__init__", "movement", "observation", "part", "product_library", "storage", "tap", "view"}
OF_DATA = {"target", "column", "numbers", "categories", "calendar", "missing", "split", "class_weights"}
"""Files of the spec whose implementations prepare the data before training."""


def _names(package: str) -> set[str]:
    return {path.stem for path in Path(package).parent.glob("*.py")}


def test_every_file_of_the_spec_has_its_twin() -> None:
    assert gradus.spec.__file__
    assert models.__file__
    assert _names(gradus.spec.__file__) - WITHOUT_BODY - OF_DATA == _names(models.__file__) - WITHOUT_WORD


@pytest.mark.parametrize("kind", get_args(AnyOptimizer))
def test_every_optimizer_moves_the_parameters(kind: type[AnyOptimizer]) -> None:
    parameters, gradient = torch.zeros(2, 3), torch.ones(2, 3)
    update([kind(), kind()], parameters, gradient)(torch.ones(2, 1))
    assert (parameters < 0).all()


@pytest.mark.parametrize("kind", get_args(AnySchedule))
def test_every_schedule_starts_at_one_or_rises_from_zero(kind: type[AnySchedule]) -> None:
    start = factors(kind(), torch.zeros(1, dtype=torch.float64), 10, 5)
    assert start.tolist() == [0.0 if kind is CosLog else 1.0]


@pytest.mark.parametrize("kind", get_args(ConcreteInitializer))
def test_every_initialiser_gives_weights_of_the_layers_shape(kind: type[ConcreteInitializer]) -> None:
    weights = initial_weights(kind(), 4, 3, torch.Generator().manual_seed(0))
    assert weights.shape == (4, 3)
    assert weights.isfinite().all()


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_has_a_value(activation: Activation) -> None:
    out = torch.empty(5)
    activation_function(activation).value(torch.linspace(-1, 1, 5), out)
    assert out.isfinite().all()


@pytest.mark.parametrize("kind", get_args(ConcreteLoss))
def test_every_loss_has_a_value(kind: type[ConcreteLoss]) -> None:
    outputs = torch.zeros(1, 2, 3)
    targets = torch.zeros(1, 2, dtype=torch.int64) if kind is CrossEntropy else torch.zeros(1, 2, 3)
    assert loss([kind()], [1.0] * 3, outputs).values(outputs, targets).shape == (1, 2)


@pytest.mark.parametrize("precision", get_args(Precision))
def test_every_precision_multiplies(precision: Precision) -> None:
    ones, out = torch.ones(1, 2, 2), torch.empty(1, 2, 2)
    products(precision).bind(ones, ones, out)()
    assert out.tolist() == [[[2.0, 2.0], [2.0, 2.0]]]


@pytest.mark.parametrize("wish", get_args(DeviceChoice))
def test_every_wish_for_a_device_is_granted_or_refused(wish: DeviceChoice) -> None:
    if wish == "cuda" and not torch.cuda.is_available():
        with pytest.raises(RuntimeError, match="use device cpu or auto"):
            select_device(wish)
    else:
        assert select_device(wish).type in {"cpu", "cuda"}
