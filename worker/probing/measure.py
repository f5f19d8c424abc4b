"""Everything that a probe measures of a spec."""

from collections.abc import Mapping, Sequence
from math import inf, isfinite

from gradus.resolved import ResolvedSpec
from gradus.spec.optimizer import SGD, Momentum
from gradus.wire.probe import ProbedData, ProbedEffort, ProbedRate, ProbedStep, ProbedTwenty
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
from worker.probing.good_rates import best_rate, middle, with_trial
from worker.probing.sample import part, plain_loss, sample
from worker.probing.trial import trial
from worker.probing.twenty import control, curves
from worker.training.data import Data

FACTORS = GRID[4:9]
"""Factors of the learning rate, for the five rates of the answer."""


def measured(
    resolved: ResolvedSpec, data: Data, known: ProbedData | None = None, *, is_tried: bool = False
) -> Measured:
    """Measure what a spec will do with its data. `known` is what was measured of the same data before. If `is_tried`,
    learning rates are tried in short trainings."""
    chosen = sample(resolved, data)
    step = first_step_at_all_rates(resolved, data, chosen)
    tried = FACTORS if chosen.effort.rates == len(FACTORS) else (1.0,)
    learned = dict(zip(tried, curves(resolved, data, chosen, tried), strict=True))
    found = layer_probe.layers(resolved, data, chosen, step.update_norms)
    twenty = learned[1.0]
    first = part(chosen.split, chosen.rows(0))
    unit = loss_unit(plain_loss(resolved.spec, data.task), data.target_scale.deviation)
    tried_rates = trial(resolved, data, chosen, step) if is_tried else None
    return Measured(
        data=known or data_probe.inputs(resolved, data),
        start=found.start,
        layers=found.layers,
        step=with_trial(_step(resolved, step, learned, found.noise_scale), tried_rates, unit),
        twenty=ProbedTwenty(
            losses=tuple(unit * loss for loss in twenty),
            peak=_peak(twenty),
            final=_final(twenty),
            prior=data_probe.prior(resolved, data, first),
            control=_final(control(resolved, data, chosen)) if chosen.effort.control and not known else None,
        ),
        seeds=found.seeds,
        effort=ProbedEffort(
            measured=chosen.effort.measured,
            batch=chosen.batch,
            batches=chosen.batches,
            rates=len(tried),
        ),
    )


def best_tried(resolved: ResolvedSpec, data: Data) -> float | None:
    """The learning rate that does best in short trainings; None for networks that are too large for them."""
    chosen = sample(resolved, data)
    found = trial(resolved, data, chosen, first_step_at_all_rates(resolved, data, chosen))
    return None if found is None else min(found.rates[best_rate(found)], middle(found))


def _step(
    resolved: ResolvedSpec, step: FirstStep, learned: Mapping[float, Sequence[float]], noise: float | None
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
            twenty=_final(learned[factor]) if factor in learned else None,
            peak=_peak(learned[factor]) if factor in learned else None,
        )
        for factor in FACTORS
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


def _peak(losses: Sequence[float]) -> float:
    return _ratio(_largest(losses), losses[0])


def _ratio(a: float, b: float) -> float:
    return a / b if b else inf


def _largest(losses: Sequence[float]) -> float:
    """The largest loss; infinity if a loss is not finite."""
    return max((loss if isfinite(loss) else inf for loss in losses), default=inf)
