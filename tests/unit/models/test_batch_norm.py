"""Batch normalisation equals `torch.nn.BatchNorm1d`, member by member."""

import pytest
import torch
from torch import Tensor, nn

from gradus.spec.batch_norm import BatchNorm
from models.batch import Buffers
from models.batch_norm import BatchNormTensors, Normalization


def _random(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def _tensors(members: int, units: int) -> BatchNormTensors:
    zeros = torch.zeros(members, 1, units, dtype=torch.float64)
    gamma, beta = _random(members, 1, units, seed=1), _random(members, 1, units, seed=2)
    return BatchNormTensors(gamma, beta, zeros.clone(), zeros.clone(), zeros.clone(), zeros + 1)


@pytest.mark.parametrize("spec", [BatchNorm(), BatchNorm(momentum=0.7, eps=0.1)], ids=str)
def test_forward_backward_and_running_statistics_are_torchs(spec: BatchNorm) -> None:
    tensors = _tensors(3, 4)
    ours = Normalization(spec, tensors, 6, Buffers(tensors.gamma))
    theirs = [nn.BatchNorm1d(4, spec.eps, spec.momentum, dtype=torch.float64) for _ in range(3)]
    for k, module in enumerate(theirs):
        module.weight.data.copy_(tensors.gamma[k, 0])
        module.bias.data.copy_(tensors.beta[k, 0])
    for step in range(4):
        z, dy = 3 + 2 * _random(3, 6, 4, seed=10 + step), _random(3, 6, 4, seed=20 + step)
        y, dz = ours.forward(z).clone(), ours.backward(dy.clone())
        for k, module in enumerate(theirs):
            _compare(module, z[k], dy[k], y[k], dz[k])
            torch.testing.assert_close(tensors.gamma_gradient[k, 0], module.weight.grad, rtol=1e-10, atol=1e-13)
            torch.testing.assert_close(tensors.beta_gradient[k, 0], module.bias.grad, rtol=1e-10, atol=1e-13)
            torch.testing.assert_close(tensors.running_mean[k, 0], module.running_mean, rtol=1e-10, atol=1e-13)
            torch.testing.assert_close(tensors.running_variance[k, 0], module.running_var, rtol=1e-10, atol=1e-13)
    z = _random(3, 9, 4, seed=30)
    expected = torch.stack([module.eval()(z[k]) for k, module in enumerate(theirs)]).detach()
    torch.testing.assert_close(ours.evaluate(z.clone()), expected, rtol=1e-10, atol=1e-13)


def _compare(module: nn.BatchNorm1d, z: Tensor, dy: Tensor, y: Tensor, dz: Tensor) -> None:
    module.zero_grad()
    z = z.clone().requires_grad_()
    expected = module(z)
    expected.backward(dy)
    torch.testing.assert_close(y, expected.detach(), rtol=1e-10, atol=1e-13)
    torch.testing.assert_close(dz, z.grad, rtol=1e-10, atol=1e-13)


def test_a_batch_of_one_example_teaches_the_running_statistics_nothing() -> None:
    tensors = _tensors(1, 4)
    part = Normalization(BatchNorm(), tensors, 1, Buffers(tensors.gamma))
    y = part.forward(_random(1, 1, 4, seed=3))
    torch.testing.assert_close(y, tensors.beta)  # z - mean = 0
    assert not tensors.running_mean.any()
    assert (tensors.running_variance == 1).all()
