"""Activation functions, which each unit of a hidden layer applies to its weighted sum."""

from typing import Literal, get_args

Activation = Literal[
    "relu", "sigmoid", "tanh", "elu", "selu", "leaky_relu", "gelu", "silu", "mish", "softplus", "identity"
]

ACTIVATIONS: tuple[Activation, ...] = get_args(Activation)

RELU_FAMILY: frozenset[Activation] = frozenset({"relu", "elu", "leaky_relu", "gelu", "silu", "mish", "softplus"})
"""The activations that pass about half of the signal: He initialization was derived for them, or is customary.

`selu` is not among them: its constants preserve mean 0 and variance 1 if the weights have the variance 1/fan_in, as
with Xavier."""

FROM_VALUE: frozenset[Activation] = frozenset({"relu", "sigmoid", "tanh"})
"""The activations whose derivative is computed from their value, so that nothing else has to be kept for the backward
pass."""

FORMULAS: dict[Activation, str] = {
    "relu": "max(0, x)",
    "sigmoid": "1 / (1 + e^-x)",
    "tanh": "tanh x",
    "elu": "x if x > 0 else e^x - 1",
    "selu": "λ x if x > 0 else λ α (e^x - 1), λ = 1.0507…, α = 1.6732…. Source: Klambauer et al., Self-normalizing "
    "neural networks, 2017",
    "leaky_relu": "x if x > 0 else 0.01 x",
    "gelu": "x Φ(x), Φ the standard normal distribution function",
    "silu": "x / (1 + e^-x)",
    "mish": "x tanh(ln(1 + e^x)). Source: Misra, Mish: a self regularized non-monotonic activation function, 2020",
    "softplus": "ln(1 + e^x)",
    "identity": "x",
}
