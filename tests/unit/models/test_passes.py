"""What a step computes besides its matrix products: nothing unused, and nothing twice."""

from typing import Any

import pytest
import torch
from torch import Tensor

from gradus.spec.experiment import Spec
from gradus.spec.gradients import needed_gradients
from models.batch import Buffers
from models.network import network
from models.precision import Products, Run
from models.storage import initial_storage
from tests.built_in import resolved
from tests.unit.training.images import conv

POOL = {"kind": "max_pool", "size": 3, "stride": 1, "padding": 1}


class CountedProducts(Products):
    """Matrix products that count how often they are bound."""

    binds = 0

    def bind(self, a: Tensor, b: Tensor, out: Tensor, bias: Tensor | None = None) -> Run:
        self.binds += 1
        return super().bind(a, b, out, bias)


BOUND: dict[str, list[Any]] = {
    "after a pool": [conv(2), "max_pool", 3],
    "after batch norm": [conv(2, batch_norm=True), 3],
    "after an activation in memory of its own": [conv(2, activation="gelu"), 3],
    "of the input": ["flatten", 3],
    "within residuals": [4, {"kind": "residual", "layers": [5, 4]}, {"kind": "residual", "layers": [4]}, 3],
    "after a residual of images": [{"kind": "residual", "layers": [conv(1)]}, 3],
    "after an activated sum": [4, {"kind": "residual", "layers": [4], "activation": "gelu"}, 3],
}


@pytest.mark.parametrize("layers", BOUND.values(), ids=BOUND)
def test_products_are_bound_to_memory_that_stays(layers: list[Any]) -> None:
    plan = resolved(Spec(dataset="mnist", layers=layers)).network
    storage = initial_storage([plan], [0], torch.float32, torch.device("cpu"))
    products = CountedProducts(torch.bfloat16)
    net = network(plan, storage, {}, products, 2, Buffers(storage.parameters))
    x, grad = torch.rand(1, 2, 784), torch.ones(1, 2, 10)
    binds = []
    with torch.inference_mode():
        for _ in range(5):
            net.forward(x)
            net.backward(grad)
            binds.append(products.binds)
    assert binds[0] > 0
    assert binds[2] == binds[4]  # two steps show which memory stays


def test_only_gradients_that_a_parameter_needs_are_computed() -> None:
    layers = [{"kind": "residual", "layers": [POOL]}, {"kind": "residual", "layers": [POOL, conv(1), conv(1)]}]
    needed = needed_gradients(resolved(Spec(dataset="mnist", layers=layers)).network)
    assert [any(needs) for needs in needed.values()] == [False, False, False, False, True, True, True, True]
    assert needed["layers/1"] == (True, False)
