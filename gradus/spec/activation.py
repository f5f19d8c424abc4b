"""Activation functions, which each unit of a hidden layer applies to its weighted sum."""

from typing import Literal, get_args

Activation = Literal["relu", "sigmoid", "tanh", "elu", "leaky_relu", "gelu", "silu", "softplus", "identity"]

ACTIVATIONS: tuple[Activation, ...] = get_args(Activation)

RELU_FAMILY: frozenset[Activation] = frozenset({"relu", "elu", "leaky_relu", "gelu", "silu", "softplus"})
"""The activations that pass about half of the signal: He initialization was derived for them, or is customary."""

FORMULAS: dict[Activation, str] = {
    "relu": "max(0, x)",
    "sigmoid": "1 / (1 + e^-x)",
    "tanh": "tanh x",
    "elu": "x if x > 0 else e^x - 1",
    "leaky_relu": "x if x > 0 else 0.01 x",
    "gelu": "x Φ(x), Φ the standard normal distribution function",
    "silu": "x / (1 + e^-x)",
    "softplus": "ln(1 + e^x)",
    "identity": "x",
}
