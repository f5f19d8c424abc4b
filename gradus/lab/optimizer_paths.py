"""Optimizer paths: the steps of each optimizer down a quadratic valley."""

from typing import Annotated

from pydantic import Field

from gradus.spec.optimizer import SGD, AdaGrad, Adam, Momentum, Optimizer
from gradus.spec.spec_model import SpecModel
from gradus.wire.message import Message, Number

Coefficient = Annotated[float, Field(ge=-10, le=10)]
Coordinate = Annotated[float, Field(ge=-100, le=100)]
Optimizers = Annotated[tuple[Optimizer, ...], Field(strict=False, min_length=1, max_length=6)]


class OptimizerPaths(SpecModel):
    """The paths of optimizers on f(x, y) = a x² + b y² + c x y, from one start, with exact gradients.

    The default is the lecture's valley x²/20 + y²: twenty times as steep across as along. Plain gradient descent
    zigzags, momentum overshoots, AdaGrad slows down, Adam goes almost straight.
    Source: Saitoh, Deep learning from scratch, 2016, chapter 6.1.
    """

    a: Coefficient = 0.05
    """Coefficient of x²."""
    b: Coefficient = 1.0
    """Coefficient of y²."""
    c: Coefficient = 0.0
    """Coefficient of x y: turns the valley."""
    x: Coordinate = -7.0
    """Where the paths start, along x."""
    y: Coordinate = 2.0
    """Where the paths start, along y."""
    steps: int = Field(default=30, ge=1, le=500)
    """Number of updates."""
    optimizers: Optimizers = (SGD(lr=0.95), Momentum(lr=0.1), AdaGrad(lr=1.5), Adam(lr=0.3))
    """The optimizers, with the names and numbers that specs have. Both coordinates count as weights."""


class OptimizerPath(Message):
    """One path: the start and the point after each update."""

    optimizer: str
    """The optimizer's kind and learning rate."""
    x: tuple[Number, ...]
    y: tuple[Number, ...]
    f: tuple[Number, ...]
    """The function's value at each point."""


class OptimizerPathsResult(Message):
    """The paths, in the order of the optimizers."""

    paths: tuple[OptimizerPath, ...]
