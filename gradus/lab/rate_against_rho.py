"""Learning rate against rho: whether a step decreases the loss as much as its gradient predicts."""

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gradus.lab.network import Network, Seed
from gradus.lab.optimizer_paths import Coefficient, Coordinate, Optimizers
from gradus.spec.optimizer import SGD, Adam
from gradus.spec.spec_model import SpecModel, tagged
from gradus.wire.message import Message, Number


class Quadratic(SpecModel):
    """f(x, y) = a x² + b y², at a point."""

    kind: Literal["quadratic"] = "quadratic"
    a: Coefficient = 0.05
    """Coefficient of x²."""
    b: Coefficient = 1.0
    """Coefficient of y²."""
    x: Coordinate = -7.0
    y: Coordinate = 2.0


class Classifier(SpecModel):
    """An untrained network that learns ten classes, clouds of points in 20 dimensions, on one batch of 64."""

    kind: Literal["classifier"] = "classifier"
    layers: int = Field(default=2, ge=0, le=5)
    """Number of hidden layers."""
    units: int = Field(default=50, ge=1, le=100)
    """Units of each hidden layer."""
    network: Network = Network()
    """The settings that all hidden layers share."""


class RateAgainstRho(SpecModel):
    """The first step of an optimizer at many learning rates: ρ = (L₀ - L₁) / (-g · u), the decrease of the loss divided
    by the decrease that the gradient g predicts for the step u, on the same batch.

    Near 1, the step is so short that the loss is almost linear; at 1/2, the step leads to the lowest point of a
    parabola; at 0, twice as far, to the same height on its other side; below 0, the loss rises. For gradient descent on
    a quadratic function with the matrix H, ρ = 1 - η (g · H g) / (2 g · g).
    """

    problem: Annotated[Quadratic | Classifier, tagged()] = Classifier()
    """The function or network that is minimized."""
    optimizers: Optimizers = (SGD(), Adam())
    """The optimizers; their own learning rates are not used."""
    smallest: float = Field(default=0.001, ge=1e-8, le=1e3, json_schema_extra={"scale": "log"})
    """Smallest learning rate."""
    largest: float = Field(default=10.0, ge=1e-8, le=1e3, json_schema_extra={"scale": "log"})
    """Largest learning rate."""
    rates: int = Field(default=25, ge=2, le=50)
    """Number of learning rates that are tried, evenly spaced by ratio."""
    seed: Seed = 0
    """Seed of data and weights."""

    @model_validator(mode="after")
    def _rising(self) -> "RateAgainstRho":
        if self.smallest >= self.largest:
            raise PydanticCustomError("bounds", "smallest must be less than largest")
        return self


class OptimizerRho(Message):
    """One optimizer's first step."""

    optimizer: str
    rho: tuple[Number, ...]
    """ρ at each learning rate."""
    loss: tuple[Number, ...]
    """Loss after the step, at each learning rate."""
    largest_good: Number | None
    """The largest learning rate up to which ρ stays above 1/2; null if ρ is not above 1/2 even at the smallest."""


class RateAgainstRhoResult(Message):
    """The optimizers, in the order of the request."""

    rates: tuple[Number, ...]
    loss: Number
    """Loss before the step."""
    optimizers: tuple[OptimizerRho, ...]
