"""Learning rate against rho: whether a step brings what its gradient promises."""

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
    """What the hidden layers have in common."""


class RateAgainstRho(SpecModel):
    """The first step of an optimizer at many learning rates: ρ = (L₀ - L₁) / (-g · u), the decrease of the loss divided
    by the decrease that the gradient g promises for the step u, on the same batch.

    Near 1, the step is so short that the loss is a plane; at 1/2, it leads to the lowest point of a parabola; at 0, to
    its other side at the same height, twice as far; below 0, the loss rises. For gradient descent on a quadratic
    function with the matrix H, ρ = 1 - η (g · H g) / (2 g · g).
    """

    problem: Annotated[Quadratic | Classifier, tagged()] = Classifier()
    """What is minimized."""
    optimizers: Optimizers = (SGD(), Adam())
    """The optimizers; their own learning rates are not used."""
    smallest: float = Field(default=0.001, ge=1e-8, le=1e3, json_schema_extra={"scale": "log"})
    """Smallest learning rate."""
    largest: float = Field(default=10.0, ge=1e-8, le=1e3, json_schema_extra={"scale": "log"})
    """Largest learning rate."""
    rates: int = Field(default=25, ge=2, le=50)
    """How many learning rates are tried, evenly spaced by ratio."""
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
    """At each learning rate."""
    loss: tuple[Number, ...]
    """After the step."""
    largest_good: Number | None
    """The largest of the learning rates up to which ρ stays above 1/2; null if not even the smallest does."""


class RateAgainstRhoResult(Message):
    """The optimizers, in the order of the request."""

    rates: tuple[Number, ...]
    loss: Number
    """Before the step."""
    optimizers: tuple[OptimizerRho, ...]
