"""Activation functions and their derivatives, elementwise, in float64."""

from typing import assert_never

import numpy as np

from evaluation.logits import sigmoid, softplus
from gradus.spec.activation import Activation
from lab.array import Array
from lab.normal_distribution import density, distribution

_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805
"""α and λ of Klambauer et al."""


def value(activation: Activation, z: Array) -> Array:  # noqa: C901, PLR0911 - one for each name
    """f(z)."""
    match activation:
        case "relu":
            return np.maximum(z, 0)
        case "sigmoid":
            return sigmoid(z)
        case "tanh":
            return np.asarray(np.tanh(z))
        case "elu":
            return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))
        case "selu":
            return _SELU_SCALE * np.where(z > 0, z, _SELU_ALPHA * np.expm1(np.minimum(z, 0)))
        case "leaky_relu":
            return np.where(z > 0, z, 0.01 * z)
        case "gelu":
            return np.asarray(z * distribution(z))
        case "silu":
            return np.asarray(z * sigmoid(z))
        case "mish":
            return np.asarray(z * np.tanh(softplus(z)))
        case "softplus":
            return softplus(z)
        case "identity":
            return z
        case _:
            assert_never(activation)


def derivative(activation: Activation, z: Array) -> Array:  # noqa: C901, PLR0911 - one for each name
    """f'(z)."""
    match activation:
        case "relu":
            return np.where(z > 0, 1.0, 0.0)
        case "sigmoid":
            return np.asarray(sigmoid(z) * sigmoid(-z))
        case "tanh":
            return np.asarray(1 - np.tanh(z) ** 2)
        case "elu":
            return np.where(z > 0, 1.0, np.exp(np.minimum(z, 0)))
        case "selu":
            return _SELU_SCALE * np.where(z > 0, 1.0, _SELU_ALPHA * np.exp(np.minimum(z, 0)))
        case "leaky_relu":
            return np.where(z > 0, 1.0, 0.01)
        case "gelu":
            return np.asarray(distribution(z) + z * density(z))
        case "silu":
            return np.asarray(sigmoid(z) * (1 + z * sigmoid(-z)))
        case "mish":
            soft = np.tanh(softplus(z))
            return np.asarray(soft + z * (1 - soft * soft) * sigmoid(z))
        case "softplus":
            return sigmoid(z)
        case "identity":
            return np.ones_like(z)
        case _:
            assert_never(activation)


def steepest(activation: Activation) -> float:
    """The largest value of f' between -10 and 10."""
    return float(derivative(activation, np.linspace(-10, 10, 2001)).max())
