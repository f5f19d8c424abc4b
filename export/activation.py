"""Activation functions in numpy: implementations of `gradus.spec.activation`. Each computes in the type of its
argument."""

from collections.abc import Callable, Mapping
from math import erf

import numpy as np
from numpy.typing import NDArray

from evaluation.logits import sigmoid, softplus
from gradus.spec.activation import Activation

Numbers = NDArray[np.floating]

SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
_ERF = np.frompyfunc(erf, 1, 1)


def _elu(z: Numbers, scale: float = 1.0, alpha: float = 1.0) -> Numbers:
    type_ = z.dtype.type
    return type_(scale) * np.where(z > 0, z, type_(alpha) * np.expm1(np.minimum(z, 0)))


def _gelu(z: Numbers) -> Numbers:
    share: Numbers = (1 + _ERF(z.astype(np.float64) / np.sqrt(2)).astype(z.dtype)) / 2
    return z * share


ACTIVATION_FUNCTIONS: Mapping[Activation, Callable[[Numbers], Numbers]] = {
    "relu": lambda z: np.maximum(z, 0),
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "elu": _elu,
    "selu": lambda z: _elu(z, SELU_SCALE, SELU_ALPHA),
    "leaky_relu": lambda z: np.where(z > 0, z, z * z.dtype.type(0.01)),
    "gelu": _gelu,
    "silu": lambda z: z * sigmoid(z),
    "mish": lambda z: z * np.tanh(softplus(z)),
    "softplus": softplus,
    "identity": lambda z: z,
}
"""The function for each activation's name."""
