"""All that a probe measures of a spec."""

from collections.abc import Sequence
from math import inf, isfinite

from gradus.resolved import ResolvedSpec
from gradus.spec.optimizer import SGD, Momentum
from gradus.wire.probe import ProbedData, ProbedRate, ProbedStep, ProbedTwenty
from insight.start import Measured
from models.loss import loss_unit
from worker.probing import inputs as data_probe
from worker.probing import layers as layer_probe
from worker.probing.first_step import (
    GOOD_RHO,
    GRID,
    FirstStep,
    first_step_at_all_rates,
    lengthened,
    rate_with,
    suggested,
)
from worker.probing.sample import part, plain_loss, sample
from worker.probing.twenty import control, curves
from worker.training.data import Data

FACTORS = GRID[4:9]
"""Of the learning rate: the five rates of the answer."""


def measured(resolved: ResolvedSpec, data: Data, known: ProbedData | None = None) -> Measured:
    """Measure what a spec will do with its data. `known` is what has been measured of the same data before."""
    chosen = sample(resolved, data)
    step = first_step_at_all_rates(resolved, data, chosen)
    learned = curves(resolved, data, chosen, FACTORS)
    found = layer_probe.layers(resolved, data, chosen, step.update_norms)
    twenty = learned[FACTORS.index(1.0)]
    first = part(chosen.split, chosen.rows(0))
    unit = loss_unit(plain_loss(resolved.spec, data.task), data.target_scale.deviation)
    return Measured(
        data=known or data_probe.inputs(resolved, data),
        start=found.start,
        layers=found.layers,
        step=_step(resolved, step, learned, found.noise_scale),
        twenty=ProbedTwenty(
            losses=tuple(unit * loss for loss in twenty),
            peak=_ratio(_largest(twenty), twenty[0]),
            final=_ratio(twenty[-1], twenty[0]),
            prior=data_probe.prior(resolved, data, first),
            control=None if known else _final(control(resolved, data, chosen)),
        ),
        seeds=found.seeds,
    )


def _step(
    resolved: ResolvedSpec, step: FirstStep, learned: Sequence[Sequence[float]], noise: float | None
) -> ProbedStep:
    lr, length = resolved.spec.optimizer.lr, lengthened(resolved)
    is_adaptive = not isinstance(resolved.spec.optimizer, SGD | Momentum)
    interval = suggested(lr, step, length, is_adaptive=is_adaptive)
    best = rate_with(lr, step, GOOD_RHO)
    rates = tuple(
        ProbedRate(
            lr=lr * factor,
            rho=step.rho[factor],
            decrease=step.decrease * factor,
            twenty=_ratio(losses[-1], losses[0]),
            peak=_ratio(_largest(losses), losses[0]),
        )
        for factor, losses in zip(FACTORS, learned, strict=True)
    )
    return ProbedStep(
        rates=rates,
        suggested=interval,
        recommended=best if best is None or interval is None else min(best, interval[1]),
        noise_scale=noise,
        sustained_rho=step.rho[length] if length > 1 else None,
        data_gradient_norm=step.data_gradient_norm,
        penalty_gradient_norm=step.penalty_gradient_norm,
        gradient_norm=step.gradient_norm,
    )


def _final(losses: Sequence[float]) -> float:
    return _ratio(losses[-1], losses[0])


def _ratio(a: float, b: float) -> float:
    return a / b if b else inf


def _largest(losses: Sequence[float]) -> float:
    """Infinite if one is not a number."""
    return max((loss if isfinite(loss) else inf for loss in losses), default=inf)
