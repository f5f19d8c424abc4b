"""Learning rates by step: each member's learning rate times the factor of its schedule."""

from collections.abc import Sequence
from math import pi
from typing import assert_never

import torch
from torch import Tensor

from gradus.spec.experiment import Spec
from gradus.spec.schedule import (
    AnySchedule,
    ConstantRate,
    CosineDecay,
    CosLog,
    ExponentialDecay,
    InverseTimeDecay,
    StepDecay,
)


def factors(schedule: AnySchedule, steps: Tensor, steps_per_epoch: int, epochs: int) -> Tensor:
    """The schedule's factors at these steps (0 = the first of the run), float64, for a run of `epochs` epochs."""
    warmup = 0.0 if isinstance(schedule, CosLog) else schedule.warmup
    warm_steps = warmup * steps_per_epoch
    after = (steps / steps_per_epoch - warmup).clamp_(min=0)  # t, in epochs, from the warm-up's end
    decayed = _decay(schedule, after, epochs - warmup)
    return decayed.mul_(((steps + 1) / warm_steps).clamp_(max=1)) if warm_steps else decayed


def _decay(schedule: AnySchedule, t: Tensor, total: float) -> Tensor:
    match schedule:
        case ConstantRate():
            return torch.ones_like(t)
        case StepDecay():
            return schedule.factor ** torch.floor(t / schedule.every)
        case ExponentialDecay():
            return schedule.factor**t
        case CosineDecay():
            share = t / total if total > 0 else torch.zeros_like(t)  # the run is all warm-up, so the decay never starts
            return schedule.final + (1 - schedule.final) * (1 + torch.cos(pi * share.clamp(max=1))) / 2
        case InverseTimeDecay():
            return 1 / (1 + schedule.decay * t)
        case CosLog():
            turns = torch.log2(1 + (2**schedule.cycles - 1) * (t / total).clamp(max=1))
            return (1 - torch.cos(2 * pi * turns)) / 2
        case _:
            assert_never(schedule)


def learning_rates(experiments: Sequence[Spec], first: int, last: int, steps_per_epoch: int) -> Tensor:
    """Learning rates of the steps [first, last), counted from the start of the run, float64, (steps, K)."""
    steps = torch.arange(first, last, dtype=torch.float64)
    kinds = {(e.schedule, e.epochs): None for e in experiments}
    by_kind = {kind: factors(kind[0], steps, steps_per_epoch, kind[1]) for kind in kinds}
    return torch.stack([by_kind[e.schedule, e.epochs] * e.optimizer.lr for e in experiments], dim=1)
