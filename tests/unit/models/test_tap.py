"""Taps keep the values that autograd computes, and do not change what the network computes."""

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from gradus.spec.experiment import Spec
from tests.unit.training.examples import CPU, made_up_data
from tests.unit.training.images import conv, made_up_images
from worker.training.data import Data
from worker.training.engine import Engine

EXAMPLES = 12
ROWS = torch.arange(EXAMPLES)


def gradient(data: Data, fields: dict[str, Any], *, observe: bool) -> tuple[Engine, dict[str, Any]]:
    spec = Spec(dataset="wine", batch_size=EXAMPLES, **fields)
    engine = Engine([spec], data.plan, len(data.train), CPU, torch.float64)
    taps = engine.observe() if observe else {}
    with torch.inference_mode():
        engine.seek(0)
        engine.gradient(data.train.inputs, (ROWS, data.train.targets[None, :EXAMPLES], None))
    return engine, taps


def normalized(z: Tensor) -> Tensor:
    return (z - z.mean(0)) / torch.sqrt(z.var(0, correction=0) + 1e-5)


def test_taps_of_dense_layers_keep_what_autograd_computes() -> None:
    data = made_up_data()
    engine, taps = gradient(data, {"layers": [7, 5], "activation": "tanh", "batch_norm": True}, observe=True)
    weights = {name: block.of(engine.storage.parameters)[0] for name, block in engine.storage.layout.parameters.items()}
    a, kept = data.train.inputs[:EXAMPLES], {}
    for name in ("layers/0", "layers/1"):
        sums = (a @ weights[f"{name}.weight"] + weights[f"{name}.bias"]).requires_grad_()
        before = normalized(sums)
        before.retain_grad()
        sums.retain_grad()
        a = torch.tanh(before)
        kept[name] = sums, before, a
    outputs = a @ weights["output.weight"] + weights["output.bias"]
    functional.cross_entropy(outputs, data.train.targets[:EXAMPLES]).backward()  # type: ignore[no-untyped-call]
    for name, (sums, before, after) in kept.items():
        torch.testing.assert_close(taps[name].sums.value[0], sums.detach(), rtol=1e-9, atol=1e-12)
        torch.testing.assert_close(taps[name].sums.gradient[0], sums.grad, rtol=1e-9, atol=1e-12)
        torch.testing.assert_close(taps[name].before.value[0], before.detach(), rtol=1e-9, atol=1e-12)
        torch.testing.assert_close(taps[name].before.gradient[0], before.grad, rtol=1e-9, atol=1e-12)
        torch.testing.assert_close(taps[name].after.value[0], after.detach(), rtol=1e-9, atol=1e-12)
    assert torch.equal(taps["output"].after.value[0], taps["output"].sums.value[0])


def test_taps_of_a_convolution_keep_images_before_its_activation_works_in_place() -> None:
    data = made_up_images()
    engine, taps = gradient(data, {"layers": [conv(3, padding=0)]}, observe=True)
    weight, bias = (engine.storage.of(f"layers/0.{name}")[0][0] for name in ("weight", "bias"))
    images = data.train.inputs[:EXAMPLES].view(EXAMPLES, 6, 6, 2).permute(0, 3, 1, 2)
    kernel = weight.view(3, 3, 2, 3).permute(3, 2, 0, 1)
    sums = functional.conv2d(images, kernel, bias[0]).permute(0, 2, 3, 1).requires_grad_()
    after = sums.relu().reshape(EXAMPLES, -1)
    outputs = after @ engine.storage.of("output.weight")[0][0] + engine.storage.of("output.bias")[0][0]
    functional.cross_entropy(outputs, data.train.targets[:EXAMPLES]).backward()  # type: ignore[no-untyped-call]
    assert sums.grad is not None
    torch.testing.assert_close(taps["layers/0"].sums.value[0], sums.detach().reshape(-1, 3), rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(taps["layers/0"].before.gradient[0], sums.grad.reshape(-1, 3), rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(taps["layers/0"].after.value[0].view(EXAMPLES, -1), after, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("layers", [[7, 5], [conv(3), "max_pool", 4]], ids=["dense", "images"])
def test_taps_change_no_bit_of_the_gradient(layers: list[Any]) -> None:
    data = made_up_images()
    fields = {"layers": layers, "dropout": 0.3, "batch_norm": True}
    plain, _ = gradient(data, fields, observe=False)
    observed, _ = gradient(data, fields, observe=True)
    assert plain.storage.gradient.any()
    assert torch.equal(plain.storage.gradient, observed.storage.gradient)
