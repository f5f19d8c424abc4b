"""The initial values of the parameters. They are drawn on the CPU."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

Initial = Callable[[tuple[int, int], Generator], Tensor]


def normal(deviation: float) -> Initial:
    """N(0, deviation²)."""
    return lambda shape, draws: torch.empty(shape).normal_(0, deviation, generator=draws)


def uniform(bound: float) -> Initial:
    """U(-bound, bound)."""
    return lambda shape, draws: torch.empty(shape).uniform_(-bound, bound, generator=draws)


def constant(value: float) -> Initial:
    """The same value everywhere."""
    return lambda shape, _: torch.full(shape, value)


def orthogonal(gain: float) -> Initial:
    """gain · Q of the QR decomposition of a normal matrix, with the signs of R's diagonal, so that Q is uniform."""

    def draw(shape: tuple[int, int], draws: Generator) -> Tensor:
        weights = torch.empty(shape)
        tall = weights if shape[0] >= shape[1] else weights.mT
        q, r = torch.linalg.qr(torch.empty(tall.shape, dtype=torch.float64).normal_(generator=draws))
        tall.copy_(q * r.diagonal().sign())
        return weights.mul_(gain)

    return draw
