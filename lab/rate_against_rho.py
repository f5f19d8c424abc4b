"""Rho, the actual decrease of the loss in a step divided by the decrease that the gradient predicts, by learning
rate.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import assert_never

import numpy as np

from gradus.lab.chart import LineChart, Series
from gradus.lab.rate_against_rho import Classifier, OptimizerRho, Quadratic, RateAgainstRho, RateAgainstRhoResult
from gradus.spec.optimizer import AnyOptimizer
from lab import cross_entropy
from lab.array import Array, numbers
from lab.clouds import clouds
from lab.network import Layer, backward, forward, hidden_layers, output_layer
from lab.optimizer import name_of, update

_EXAMPLES, _DIMENSIONS, _CLASSES = 64, 20, 10
_GOOD = 0.5
"""The rho of a step to the minimum of a parabola along the gradient."""
_LOWEST = -2.0
"""Charts leave out values below this one."""


@dataclass(frozen=True)
class Problem:
    """A loss, with its gradient at the point where the step begins."""

    start: Array  # (P,)
    gradient: Array  # (P,)
    loss: Callable[[Array], float]


def run(request: RateAgainstRho) -> RateAgainstRhoResult:
    """Rho and the loss after the step, at each learning rate."""
    problem = _problem(request)
    rates = np.geomspace(request.smallest, request.largest, request.rates)
    return RateAgainstRhoResult(
        rates=numbers(rates),
        loss=problem.loss(problem.start),
        optimizers=tuple(_optimizer(problem, optimizer, rates) for optimizer in request.optimizers),
    )


def charts(result: RateAgainstRhoResult) -> tuple[LineChart, ...]:
    """Charts of rho by learning rate, without values far below 0."""
    ends = (result.rates[0], result.rates[-1])
    half = Series(name="the lowest point", x=ends, y=(_GOOD, _GOOD), is_behind=True)
    series = [
        Series(
            name=one.optimizer,
            x=result.rates,
            y=tuple(rho if rho >= _LOWEST else None for rho in one.rho),
        )
        for one in result.optimizers
    ]
    return (
        LineChart(
            title="ρ of the first step",
            x_label="learning rate",
            y_label="ρ",
            x_is_logarithmic=True,
            series=(half, *series),
        ),
    )


def _optimizer(problem: Problem, optimizer: AnyOptimizer, rates: Array) -> OptimizerRho:
    before = problem.loss(problem.start)
    losses, rhos = [], []
    for rate in rates:
        after = update(optimizer)(problem.start, problem.gradient, float(rate))
        losses.append(problem.loss(after))
        promised = -float(problem.gradient @ (after - problem.start))
        rhos.append((before - losses[-1]) / promised if promised else float("nan"))
    return OptimizerRho(
        optimizer=name_of(optimizer, with_rate=False),
        rho=numbers(rhos),
        loss=numbers(losses),
        largest_good=_largest_good(rates, rhos),
    )


def _largest_good(rates: Array, rhos: Sequence[float]) -> float | None:
    found = None
    for rate, rho in zip(rates.tolist(), rhos, strict=True):
        if not rho > _GOOD:
            break
        found = float(rate)
    return found


def _problem(request: RateAgainstRho) -> Problem:
    match request.problem:
        case Quadratic():
            return _quadratic(request.problem)
        case Classifier():
            return _classifier(request.problem, request.seed)
        case _:
            assert_never(request.problem)


def _quadratic(spec: Quadratic) -> Problem:
    scales, start = np.array([spec.a, spec.b]), np.array([spec.x, spec.y])
    return Problem(start, 2 * scales * start, lambda point: float(scales @ (point * point)))


def _classifier(spec: Classifier, seed: int) -> Problem:
    data = clouds(_EXAMPLES, _DIMENSIONS, _CLASSES, seed)
    hidden = hidden_layers(spec.network, _DIMENSIONS, spec.units, spec.layers, seed)
    layers = [*hidden, output_layer(spec.units if hidden else _DIMENSIONS, _CLASSES, seed, spec.layers)]
    passes = forward(layers, data.points)
    gradients = backward(layers, passes, cross_entropy.gradient(passes[-1].outputs, data.labels))
    flat_gradient = _flat([(one.weights, one.bias) for one in gradients])

    def loss(parameters: Array) -> float:
        logits = forward(_placed(layers, parameters), data.points)[-1].outputs
        return float(cross_entropy.losses(logits, data.labels))

    return Problem(_flat([(one.weights, one.bias) for one in layers]), flat_gradient, loss)


def _flat(pairs: Sequence[tuple[Array, Array]]) -> Array:
    return np.concatenate([part.ravel() for pair in pairs for part in pair])


def _placed(layers: Sequence[Layer], parameters: Array) -> list[Layer]:
    """The layers, with their weights and biases taken from a flat vector."""
    placed, at = [], 0
    for layer in layers:
        size, units = layer.weights.size, layer.bias.size
        weights = parameters[at : at + size].reshape(layer.weights.shape)
        bias = parameters[at + size : at + size + units].reshape(layer.bias.shape)
        placed.append(Layer(weights, bias, layer.activation, layer.batch_norm))
        at += size + units
    return placed
