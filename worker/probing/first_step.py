"""The first step at many learning rates: how much of the decrease that the gradient predicts does it achieve?

The first step of every optimizer is proportional to its learning rate, so one step per batch gives the steps at all
rates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from math import isfinite
from statistics import median

import torch
from torch import Tensor

from gradus.resolved import ResolvedSpec
from gradus.spec.batch import steps_per_epoch
from gradus.spec.optimizer import Momentum
from insight.statistics.gradients import norm, predicted_decrease
from models.schedule import factors as schedule_factors
from worker.probing.objective import batch_of, objective, split_in
from worker.probing.sample import Sample, engine, probed_spec
from worker.training.data import Data
from worker.training.engine import Batch, Engine

GRID = tuple(10 ** (i / 2) for i in range(-6, 7))
"""Factors of the learning rate that are tried."""
WIDE_GRID = tuple(10 ** (i / 2) for i in range(-18, 19))
"""The factors that are tried if the first step is good, or bad, at all factors of `GRID`."""
LEAST_RHO = 0.25
"""The smallest rho of a suggested learning rate, three quarters of the way to the rate at which a step gains nothing.
Gradient descent is often best beyond the minimum along its line, at a rho of 0.4, and gets worse below a quarter."""
GOOD_RHO = 0.85
"""The rho of learning rates that work well, for every optimizer: three tenths of the way to the minimum."""
LEAST_ADAPTIVE_RHO = 0.0
"""Replaces `LEAST_RHO` for optimizers whose first step moves every weight by the learning rate: their later steps are
shorter."""
SUSTAINED_RHO = 0.1
"""Replaces `LEAST_RHO` for a step of the length that momentum finally reaches."""
LEAST_DECREASE = 10.0
"""The predicted decrease D below which a run has too few steps."""
MAX_SCHEDULE_STEPS = 100_000
"""Steps whose learning rates are summed; longer runs are sampled."""


@dataclass(frozen=True)
class FirstStep:
    """The first step, on a few batches."""

    rho: dict[float, float]
    """rho by the factor of the learning rate, as the median over the batches."""
    decrease: float
    """D at the spec's own learning rate; it is proportional to the rate."""
    gradient_norm: float
    data_gradient_norm: float
    penalty_gradient_norm: float
    update_norms: dict[str, float]
    """L2 norm of the change of each layer's weights, by the layer's name."""


def first_step_at_all_rates(resolved: ResolvedSpec, data: Data, sample: Sample) -> FirstStep:
    """The first step on a grid of learning rates that is wide enough to have some that are too high and some that are
    not."""
    long = lengthened(resolved)
    step = first_step(resolved, data, sample, sorted({*GRID, long}))
    if step.rho[GRID[0]] >= GOOD_RHO > step.rho[GRID[-1]]:
        return step
    return first_step(resolved, data, sample, sorted({*WIDE_GRID, long}))


def first_step(resolved: ResolvedSpec, data: Data, sample: Sample, factors: Sequence[float]) -> FirstStep:
    """Take the first step on a few batches, each from the initial weights."""
    spec = probed_spec(resolved.spec, data.task, sample.batch)
    split = split_in(sample, torch.float64)
    tried = [
        _try(
            resolved,
            engine([spec], data, split, torch.float64),
            split.inputs,
            batch_of(split, sample.rows(i), 1, 1),
            factors,
        )
        for i in range(sample.batches)
    ]
    total = median(one.predicted / one.loss if one.loss else 0.0 for one in tried)
    return FirstStep(
        {factor: median(one.rho[factor] for one in tried) for factor in factors},
        total * effective_steps(resolved) * lengthened(resolved),
        median(one.gradient_norm for one in tried),
        median(one.data_gradient_norm for one in tried),
        tried[0].penalty_gradient_norm,
        {name: median(one.update_norms[name] for one in tried) for name in tried[0].update_norms},
    )


@dataclass(frozen=True)
class _Tried:
    loss: float
    predicted: float
    """-g·u at the spec's own learning rate, for the gradient g and the step u."""
    rho: dict[float, float]
    gradient_norm: float
    data_gradient_norm: float
    penalty_gradient_norm: float
    update_norms: dict[str, float]


@torch.inference_mode()
def _try(resolved: ResolvedSpec, net: Engine, inputs: Tensor, batch: Batch, factors: Sequence[float]) -> _Tried:
    storage, before = net.storage, net.storage.parameters.clone()
    loss = objective(net, net.gradient(inputs, batch), batch)
    gradient = storage.gradient.clone()
    pull = torch.zeros_like(storage.weights())
    net.penalty.add_gradient(storage.weights(), pull)
    data_gradient = storage.weights_gradient() - pull
    rate = before.new_full((1, 1), resolved.spec.optimizer.lr)
    net.step(inputs, batch, rate, before.new_empty(1))
    step = storage.parameters - before
    predicted = predicted_decrease([(gradient, step)])
    rho = {}
    for factor in factors:
        torch.add(before, step, alpha=factor, out=storage.parameters)
        after = objective(net, net.forward(inputs, batch[0]), batch)
        rho[factor] = float((loss - after) / (factor * predicted))
    blocks = storage.layout.parameters
    names = {layer.name for layer in resolved.network.layers if f"{layer.name}.weight" in blocks}
    return _Tried(
        float(loss),
        float(predicted),
        rho,
        float(norm(gradient)),
        float(norm(data_gradient)),
        float(norm(pull)),
        {name: float(norm(blocks[f"{name}.weight"].of(step))) for name in names},
    )


def effective_steps(resolved: ResolvedSpec) -> float:
    """Steps of the run, each counted by its schedule's factor of the learning rate."""
    spec = resolved.spec
    per_epoch = steps_per_epoch(spec.batch_size, resolved.data.train_examples)
    steps = per_epoch * spec.epochs
    at = torch.arange(0, steps, -(-steps // MAX_SCHEDULE_STEPS), dtype=torch.float64)
    return float(schedule_factors(spec.schedule, at, per_epoch, spec.epochs).mean()) * steps


def lengthened(resolved: ResolvedSpec) -> float:
    """How much longer steps become as they repeat: 1/(1-μ) with momentum."""
    optimizer = resolved.spec.optimizer
    return 1 / (1 - optimizer.momentum) if isinstance(optimizer, Momentum) else 1.0


def suggested(
    lr: float, step: FirstStep, long: float = 1.0, *, is_adaptive: bool = False
) -> tuple[float, float] | None:
    """The lowest and the highest learning rate with rho above 1/4 (0 for an adaptive optimizer) and D above 10; None if
    there is no such rate. With momentum, which makes steps `long` times as long, such a long step has to decrease the
    loss as well."""
    high = rate_with(lr, step, LEAST_ADAPTIVE_RHO if is_adaptive else LEAST_RHO)
    if high is None or not step.decrease > 0:
        return None
    if long > 1:
        high = min(high, (rate_with(lr, step, SUSTAINED_RHO) or high) / long)
    low = lr * LEAST_DECREASE / step.decrease
    return (low, high) if low < high else None


def rate_with(lr: float, step: FirstStep, rho: float) -> float | None:
    """The largest learning rate up to which all rates have at least this rho; None if not even the smallest rate has
    it. Between two rates of the grid, it is interpolated on the logarithmic scale."""
    grid = sorted(step.rho)
    good = list(takewhile(lambda factor: step.rho[factor] >= rho, grid))
    if not good:
        return None
    if len(good) == len(grid):
        return lr * grid[-1]
    a, b = good[-1], grid[len(good)]
    share = (step.rho[a] - rho) / (step.rho[a] - step.rho[b]) if isfinite(step.rho[b]) else 0.0
    return float(lr * a * (b / a) ** share)
