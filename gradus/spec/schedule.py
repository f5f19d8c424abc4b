"""Schedules: the factor on the optimizer's learning rate, as a function of the epochs t trained so far.

t is fractional: step s of an epoch of n steps stands at t = s/n. A warm-up of w epochs multiplies the factor by
min(1, (s + 1) / (w·n)) and starts t at its end.
"""

from typing import Annotated, Literal

from pydantic import Field

from gradus.spec.spec_model import SpecModel, named, tagged

Warmup = Annotated[float, Field(ge=0, le=100_000)]
Factor = Annotated[float, Field(gt=0, le=1)]


class ConstantRate(SpecModel, title="Constant rate"):
    """1: the learning rate stays as it is."""

    kind: Literal["constant"] = "constant"
    warmup: Warmup = 0.0
    """Epochs of linear warm-up from near zero. One longer than `epochs` never reaches the full rate."""


class StepDecay(SpecModel, title="Step decay"):
    """factor^floor(t / every): a staircase. `torch.optim.lr_scheduler.StepLR`."""

    kind: Literal["step"] = "step"
    every: int = Field(default=10, ge=1, le=100_000)
    """Epochs between two drops."""
    factor: Factor = 0.1
    """What each drop multiplies the rate by."""
    warmup: Warmup = 0.0
    """Epochs of linear warm-up from near zero. One longer than `epochs` never reaches the full rate."""


class ExponentialDecay(SpecModel, title="Exponential decay"):
    """factor^t: an exponential. `torch.optim.lr_scheduler.ExponentialLR`, stepped within the epoch too."""

    kind: Literal["exponential"] = "exponential"
    factor: Factor = 0.95
    """What each epoch multiplies the rate by."""
    warmup: Warmup = 0.0
    """Epochs of linear warm-up from near zero. One longer than `epochs` never reaches the full rate."""


class CosineDecay(SpecModel, title="Cosine decay"):
    """final + (1 - final)·(1 + cos(π t/T)) / 2, T = the run's epochs after the warm-up.

    Source: Loshchilov & Hutter, SGDR: stochastic gradient descent with warm restarts, 2017;
    `torch.optim.lr_scheduler.CosineAnnealingLR`.
    """

    kind: Literal["cosine"] = "cosine"
    final: float = Field(default=0.0, ge=0, le=1)
    """The factor that is reached at the end."""
    warmup: Warmup = 0.0
    """Epochs of linear warm-up from near zero. One longer than `epochs` never reaches the full rate."""


class InverseTimeDecay(SpecModel, title="Inverse time decay"):
    """1 / (1 + decay·t). Source: Robbins & Monro, A stochastic approximation method, 1951."""

    kind: Literal["inverse_time"] = "inverse_time"
    decay: float = Field(default=0.1, ge=0, le=1e6)
    """How fast: after 1/decay epochs the rate is half."""
    warmup: Warmup = 0.0
    """Epochs of linear warm-up from near zero. One longer than `epochs` never reaches the full rate."""


AnySchedule = ConstantRate | StepDecay | ExponentialDecay | CosineDecay | InverseTimeDecay

OVER_THE_RUN = (CosineDecay,)
"""Those whose factor at a step depends on how many epochs the run is to have."""

Schedule = Annotated[
    Annotated[AnySchedule, tagged()],
    named("constant", "step", "exponential", "cosine", "inverse_time"),
]
