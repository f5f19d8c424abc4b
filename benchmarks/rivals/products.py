"""Only the matrix products of a training step: a lower bound for any implementation with the same arithmetic."""

from time import perf_counter

import torch

from benchmarks.rivals.setting import Setting, Turn


def products(setting: Setting) -> Turn:
    """For each layer x W, xᵀ dz and, except for the first, dz Wᵀ, into preallocated memory."""
    b = setting.batch
    layers = [
        (torch.rand(b, one.fan_in), torch.rand(one.fan_in, one.units), torch.rand(b, one.units))
        for one in setting.layers
    ]
    gradients = [torch.empty_like(weight) for _, weight, _ in layers]
    outputs = [torch.empty_like(z) for _, _, z in layers]
    slopes = [torch.empty_like(x) for x, _, _ in layers]

    def step() -> None:
        for (x, weight, _), y in zip(layers, outputs, strict=True):
            torch.mm(x, weight, out=y)
        for at, (x, weight, dz) in enumerate(layers):
            torch.mm(x.T, dz, out=gradients[at])
            if at > 0:
                torch.mm(dz, weight.T, out=slopes[at])

    @torch.inference_mode()
    def turn() -> float:
        began = perf_counter()
        for _ in range(-(-setting.examples // b)):
            step()
        return perf_counter() - began

    return turn
