"""Initial weights, drawn from the distribution of an initializer."""

from math import sqrt
from typing import assert_never

import torch
from torch import Generator, Tensor

from gradus.spec.initializer import (
    ConcreteInitializer,
    Constant,
    Distribution,
    Fan,
    He,
    Normal,
    Ntk,
    Orthogonal,
    Uniform,
    Xavier,
    Zeros,
)


def initial_weights(  # noqa: PLR0911 - one for each kind
    initializer: ConcreteInitializer, fan_in: int, units: int, draws: Generator, fan_out: int | None = None
) -> Tensor:
    """Initial weights of a layer, float32, (fan_in, units). They are generated on the CPU, and so are equal for every
    training device. `fan_out` is the number of units that each input feeds; by default, all units."""
    weights, fan_out = torch.empty(fan_in, units), fan_out or units
    match initializer:
        case Xavier():
            return _scaled(weights, 1 / _fan(initializer.fan, fan_in, fan_out), initializer.distribution, draws)
        case He():
            return _scaled(weights, 2 / _fan(initializer.fan, fan_in, fan_out), initializer.distribution, draws)
        case Normal() | Ntk():
            return weights.normal_(0, initializer.std, generator=draws)
        case Uniform():
            return weights.uniform_(-initializer.bound, initializer.bound, generator=draws)
        case Constant():
            return weights.fill_(initializer.value)
        case Zeros():
            return weights.zero_()
        case Orthogonal():
            return _orthogonal(weights, draws).mul_(initializer.gain)
        case _:
            assert_never(initializer)


def _fan(fan: Fan, fan_in: int, fan_out: int) -> float:
    return fan_in if fan == "in" else (fan_in + fan_out) / 2


def _scaled(weights: Tensor, variance: float, distribution: Distribution, draws: Generator) -> Tensor:
    if distribution == "normal":
        return weights.normal_(0, sqrt(variance), generator=draws)
    bound = sqrt(3 * variance)  # U(-b, b) has the variance b²/3
    return weights.uniform_(-bound, bound, generator=draws)


def _orthogonal(weights: Tensor, draws: Generator) -> Tensor:
    """Q of the QR decomposition of a normal matrix, multiplied by the signs of R's diagonal, so that Q is uniform.

    Source: Mezzadri, How to generate random matrices from the classical compact groups, 2007.
    """
    tall = weights if weights.shape[0] >= weights.shape[1] else weights.mT
    q, r = torch.linalg.qr(torch.empty(tall.shape, dtype=torch.float64).normal_(generator=draws))
    tall.copy_(q * r.diagonal().sign())
    return weights
