"""Initial weights, from the distributions of the spec's initializers."""

from math import sqrt
from typing import assert_never

import numpy as np

from gradus.spec.initializer import Constant, Distribution, Fan, He, Normal, Orthogonal, Uniform, Xavier, Zeros
from lab.array import Array

LabInit = Xavier | He | Normal | Uniform | Constant | Zeros | Orthogonal


def initial_weights(init: LabInit, fan_in: int, units: int, random: np.random.Generator) -> Array:  # noqa: PLR0911
    """Weights of a layer, (fan_in, units)."""
    shape = fan_in, units
    match init:
        case Xavier():
            return _scaled(shape, 1 / _fan(init.fan, *shape), init.distribution, random)
        case He():
            return _scaled(shape, 2 / _fan(init.fan, *shape), init.distribution, random)
        case Normal():
            return random.normal(0, init.std, shape)
        case Uniform():
            return random.uniform(-init.bound, init.bound, shape)
        case Constant():
            return np.full(shape, init.value)
        case Zeros():
            return np.zeros(shape)
        case Orthogonal():
            return np.asarray(init.gain * _orthogonal(shape, random))
        case _:
            assert_never(init)


def _fan(fan: Fan, fan_in: int, units: int) -> float:
    return fan_in if fan == "in" else (fan_in + units) / 2


def _scaled(shape: tuple[int, int], variance: float, distribution: Distribution, random: np.random.Generator) -> Array:
    if distribution == "normal":
        return random.normal(0, sqrt(variance), shape)
    bound = sqrt(3 * variance)  # U(-b, b) has the variance b²/3
    return random.uniform(-bound, bound, shape)


def _orthogonal(shape: tuple[int, int], random: np.random.Generator) -> Array:
    """Q of the QR decomposition, with the signs of R's diagonal, so that Q is uniform (Mezzadri, 2007)."""
    q, r = np.linalg.qr(random.normal(size=(max(shape), min(shape))))
    signed = q * np.sign(np.diagonal(r))
    return np.asarray(signed if shape[0] >= shape[1] else signed.T)
