"""Statistics of the training examples as the network gets them, and what simple models find in them."""

from dataclasses import dataclass, replace
from math import log, sqrt

import torch
from torch import Tensor
from torch.nn import functional

from gradus.resolved import ResolvedSpec
from gradus.spec.batch import steps_per_epoch
from gradus.wire.probe import ProbedData
from insight.linear import is_nonlinear
from worker.probing.curvature import kernel_ridge, saved
from worker.probing.first_step import effective_steps
from worker.probing.sample import plain_loss
from worker.training.constant import best_constant, constant_loss
from worker.training.data import Data, Split
from worker.training.input_scale import measured_places, numbers, scale_of, vary

HELD_OUT = 0.4
"""Share of the measured examples that is held out: simple models predict it from the others."""
LEAST_HELD_OUT = 40
"""Minimum number of held-out examples for any statement about the models."""
CHANCE = 3.3
"""Number of standard errors: a correlation by chance stays below it with 99.9 % probability. The largest of n
independent correlations is larger by √(2 ln n). Two classes count as one correlation, because each determines the
other."""
RIDGE = 0.01
"""Ridge penalty, as a share of the mean squared norm of an example."""


def inputs(resolved: ResolvedSpec, data: Data) -> ProbedData:
    """The statistics of the data of a spec."""
    train, plan, spec = data.train, data.plan, resolved.spec
    n = len(train)
    places = measured_places(data)
    x, y = numbers(train, places), train.targets[places]
    scale, varies = scale_of(x, data), vary(x, x.std(0, correction=0))
    per_epoch = steps_per_epoch(spec.batch_size, n)
    is_class = plan.task == "classification"
    found = _correlations(x[:, varies], _columns(y, data), is_class=is_class)
    if not is_nonlinear(resolved.network):
        found = replace(found, curved=_curved(x[:, varies], _columns(y, data), is_class=is_class))
    targets = y.double().view(len(y), -1) if plan.task == "regression" else None
    return ProbedData(
        examples=n,
        measured=len(places),
        steps_per_epoch=per_epoch,
        steps=per_epoch * spec.epochs,
        effective_steps=effective_steps(resolved),
        input_rms=scale.rms,
        input_minimum=float(x.min()),
        input_maximum=float(x.max()),
        largest_input_deviation=scale.largest_deviation,
        constant_inputs=int((~varies).sum()),
        deviation_ratio=scale.deviation_ratio,
        class_shares=_shares(train.targets, data),
        target_mean=() if targets is None else tuple(targets.mean(0).tolist()),
        target_deviation=() if targets is None else tuple(targets.std(0, correction=0).tolist()),
        prior=prior(resolved, data, train),
        held_out=found.held_out,
        linear_correlation=found.linear,
        neighbour_correlation=found.neighbour,
        chance_correlation=found.chance,
        curvature=found.curved[0],
        curvature_t=found.curved[1],
    )


def _columns(targets: Tensor, data: Data) -> Tensor:
    """Targets as columns of numbers, (n, outputs)."""
    if data.task == "classification":
        return functional.one_hot(targets, data.plan.outputs).float()
    return targets.float().view(len(targets), -1)


def _shares(targets: Tensor, data: Data) -> tuple[float, ...]:
    if data.task == "regression":
        return ()
    if data.task == "multi_label":
        return tuple(targets.double().mean(0).tolist())
    return tuple((torch.bincount(targets, minlength=data.plan.outputs) / len(targets)).double().tolist())


def prior(resolved: ResolvedSpec, data: Data, train: Split) -> float:
    """The loss of the best constant prediction for these examples, in the metrics' unit."""
    plain, deviation = plain_loss(resolved.spec, data.task), data.target_scale.deviation
    return constant_loss(best_constant(plain, train, data.plan.outputs, deviation), plain, train, deviation)


@dataclass(frozen=True)
class _Correlations:
    held_out: int = 0
    linear: float | None = None
    neighbour: float | None = None
    chance: float | None = None
    curved: tuple[float | None, float | None] = None, None
    """The share of a linear model's errors that a kernel model avoids, and the paired t of the difference."""


def _correlations(x: Tensor, y: Tensor, *, is_class: bool) -> _Correlations:
    """Correlations of predictions with targets y (n, outputs) on held-out examples: the largest over the outputs."""
    split = _split(x, y)
    if split is None:
        return _Correlations()
    known, asked = split
    held_out, several = len(asked[0]), y.shape[1] - 1 if is_class else y.shape[1]
    return _Correlations(
        held_out,
        _correlation(_ridge(*known, asked[0]), asked[1]),
        _correlation(_nearest(*known, asked[0]), asked[1]),
        (CHANCE + sqrt(2 * log(max(1, several)))) / sqrt(held_out),
    )


def _curved(x: Tensor, y: Tensor, *, is_class: bool) -> tuple[float | None, float | None]:
    split = _split(x, y)
    if split is None:
        return None, None
    known, asked = split
    return saved(_ridge(*known, asked[0]), kernel_ridge(*known, asked[0]), asked[1], is_class=is_class)


def _split(x: Tensor, y: Tensor) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]] | None:
    """Inputs and targets of examples to learn from, and of held-out ones; None if there are too few. An input that
    varies only in held-out examples is left out."""
    held_out = int(HELD_OUT * len(x))
    if held_out < LEAST_HELD_OUT or not x.shape[1]:
        return None
    deviation = x[held_out:].std(0, correction=0)
    varies = vary(x[held_out:], deviation)
    if not varies.any():
        return None
    x = x[:, varies]
    x = ((x - x[held_out:].mean(0)) / deviation[varies]).clamp(-10, 10)
    return (x[held_out:], y[held_out:]), (x[:held_out], y[:held_out])


def _correlation(predicted: Tensor, truth: Tensor) -> float:
    predicted, truth = predicted - predicted.mean(0), truth - truth.mean(0)
    product = (predicted * truth).sum(0)
    scale = (predicted.square().sum(0) * truth.square().sum(0)).sqrt()
    return float((product / scale.clamp(min=1e-12)).max())


def _ridge(x: Tensor, y: Tensor, asked: Tensor) -> Tensor:
    """Ridge regression in its dual form, for any number of inputs."""
    mean = y.mean(0)
    gram = x @ x.T
    gram.diagonal().add_(RIDGE * float(gram.diagonal().sum()))
    predicted: Tensor = asked @ (x.T @ torch.linalg.solve(gram, y - mean)) + mean
    return predicted


def _nearest(x: Tensor, y: Tensor, asked: Tensor) -> Tensor:
    """The target of the nearest example."""
    return y[torch.cdist(asked, x).argmin(1)]
