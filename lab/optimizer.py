"""The optimizers' updates of one vector of weights, by the formulas of the spec, in float64."""

from collections.abc import Callable
from typing import assert_never

import numpy as np

from gradus.spec.optimizer import SGD, AdaGrad, Adam, AdamW, AnyOptimizer, Momentum, RMSProp
from lab.array import Array

Update = Callable[[Array, Array, float], Array]
"""Maps (θ, g, η) to the next θ. It keeps the optimizer's state, so each run needs its own."""


def name_of(optimizer: AnyOptimizer, *, with_rate: bool = True) -> str:
    """The optimizer in a few words, such as `momentum 0.1`."""
    nesterov = " nesterov" * (isinstance(optimizer, Momentum) and optimizer.nesterov)
    return f"{optimizer.kind}{nesterov}" + f" {optimizer.lr:g}" * with_rate


def update(optimizer: AnyOptimizer) -> Update:
    """The update of a new run."""
    match optimizer:
        case SGD():
            return lambda theta, g, rate: theta - rate * g
        case Momentum():
            return _momentum(optimizer)
        case AdaGrad():
            return _adagrad(optimizer)
        case RMSProp():
            return _rmsprop(optimizer)
        case Adam() | AdamW():
            return _adam(optimizer)
        case _:
            assert_never(optimizer)


def _momentum(spec: Momentum) -> Update:
    velocity = np.zeros(())

    def step(theta: Array, g: Array, rate: float) -> Array:
        nonlocal velocity
        velocity = spec.momentum * velocity + g
        return theta - rate * (g + spec.momentum * velocity if spec.nesterov else velocity)

    return step


def _adagrad(spec: AdaGrad) -> Update:
    total = np.zeros(())

    def step(theta: Array, g: Array, rate: float) -> Array:
        nonlocal total
        total = total + g * g
        return theta - rate * g / (np.sqrt(total) + spec.eps)

    return step


def _rmsprop(spec: RMSProp) -> Update:
    square = np.zeros(())

    def step(theta: Array, g: Array, rate: float) -> Array:
        nonlocal square
        square = spec.rho * square + (1 - spec.rho) * g * g
        return theta - rate * g / (np.sqrt(square) + spec.eps)

    return step


def _adam(spec: Adam | AdamW) -> Update:
    mean, square, steps = np.zeros(()), np.zeros(()), 0
    decay = spec.weight_decay if isinstance(spec, AdamW) else 0.0

    def step(theta: Array, g: Array, rate: float) -> Array:
        nonlocal mean, square, steps
        steps += 1
        mean = spec.beta1 * mean + (1 - spec.beta1) * g
        square = spec.beta2 * square + (1 - spec.beta2) * g * g
        unbiased_mean, unbiased_square = mean / (1 - spec.beta1**steps), square / (1 - spec.beta2**steps)
        return theta - rate * decay * theta - rate * unbiased_mean / (np.sqrt(unbiased_square) + spec.eps)

    return step
