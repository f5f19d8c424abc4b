"""Learning rate schedules: the factor of the optimizer's learning rate as a function of the epochs t trained so far.

t is fractional: step s of a run with n steps per epoch has t = s/n. A warm-up of w epochs multiplies the factor by
min(1, (s + 1) / (w·n)), and t = 0 at the end of the warm-up.
"""

from typing import Annotated, Literal

from pydantic import Field

from gradus.spec.spec_model import SpecModel, named, tagged

Warmup = Annotated[float, Field(ge=0, le=100_000)]
Factor = Annotated[float, Field(gt=0, le=1)]


class ConstantRate(SpecModel, title="Constant rate"):
    """1: the learning rate stays constant."""

    kind: Literal["constant"] = "constant"
    warmup: Warmup = 0.0
    """Epochs of linear warm-up from near zero. If longer than `epochs`, the full rate is never reached."""


class StepDecay(SpecModel, title="Step decay"):
    """factor^floor(t / every): the learning rate drops in steps. `torch.optim.lr_scheduler.StepLR`."""

    kind: Literal["step"] = "step"
    every: int = Field(default=10, ge=1, le=100_000)
    """Epochs between drops."""
    factor: Factor = 0.1
    """Factor of the learning rate at each drop."""
    warmup: Warmup = 0.0
    """Epochs of linear warm-up from near zero. If longer than `epochs`, the full rate is never reached."""


class ExponentialDecay(SpecModel, title="Exponential decay"):
    """factor^t. `torch.optim.lr_scheduler.ExponentialLR`, but updated at every step instead of every epoch."""

    kind: Literal["exponential"] = "exponential"
    factor: Factor = 0.95
    """Factor of the learning rate per epoch."""
    warmup: Warmup = 0.0
    """Epochs of linear warm-up from near zero. If longer than `epochs`, the full rate is never reached."""


class CosineDecay(SpecModel, title="Cosine decay"):
    """final + (1 - final)·(1 + cos(π t/T)) / 2, where T is the number of epochs after the warm-up.

    Source: Loshchilov & Hutter, SGDR: stochastic gradient descent with warm restarts, 2017;
    `torch.optim.lr_scheduler.CosineAnnealingLR`.
    """

    kind: Literal["cosine"] = "cosine"
    final: float = Field(default=0.0, ge=0, le=1)
    """Factor of the learning rate at the end of the run."""
    warmup: Warmup = 0.0
    """Epochs of linear warm-up from near zero. If longer than `epochs`, the full rate is never reached."""


class InverseTimeDecay(SpecModel, title="Inverse time decay"):
    """1 / (1 + decay·t). Source: Robbins & Monro, A stochastic approximation method, 1951."""

    kind: Literal["inverse_time"] = "inverse_time"
    decay: float = Field(default=0.1, ge=0, le=1e6)
    """Decay rate: after 1/decay epochs the learning rate is halved."""
    warmup: Warmup = 0.0
    """Epochs of linear warm-up from near zero. If longer than `epochs`, the full rate is never reached."""


class CosLog(SpecModel, title="Cosine of the logarithm"):
    """(1 - cos(2π log₂(1 + (2^cycles - 1)·t/T))) / 2, where T is the number of epochs of the run: `cycles` waves from 0
    to 1 and back to 0, each twice as long as the one before. It starts at 0 and needs no warm-up.

    Source: Holzmüller et al., Better by default: strong pre-tuned MLPs and boosted trees on tabular data, 2024
    (RealMLP, with four cycles: log₂(1 + 15 t/T)).
    """

    kind: Literal["coslog"] = "coslog"
    cycles: int = Field(default=4, ge=1, le=20)
    """Number of waves."""


AnySchedule = ConstantRate | StepDecay | ExponentialDecay | CosineDecay | InverseTimeDecay | CosLog

DEPENDS_ON_EPOCHS = (CosineDecay, CosLog)
"""The schedules whose factor at a step depends on the run's total number of epochs."""

Schedule = Annotated[
    Annotated[AnySchedule, tagged()],
    named("constant", "step", "exponential", "cosine", "inverse_time", "coslog"),
]
