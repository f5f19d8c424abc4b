"""Initializers: the distribution of a layer's initial weights. Biases start at zero."""

from typing import Annotated, Literal, assert_never

from pydantic import Field

from gradus.spec.activation import RELU_FAMILY, Activation
from gradus.spec.spec_model import SpecModel, named, tagged

Distribution = Literal["normal", "uniform"]
Fan = Literal["in", "average"]


class Auto(SpecModel):
    """He for the ReLU family of activations, Xavier for the others and for the output layer."""

    kind: Literal["auto"] = "auto"


class Xavier(SpecModel):
    """Variance 1/fan: w ~ N(0, 1/fan), or U(-b, b) with b = sqrt(3/fan).

    `fan` is the number of units of the previous layer (`in`), or the mean of that and the layer's own (`average`).
    Source: Glorot & Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010;
    with `in` it is the lecture's definition (LeCun et al., Efficient BackProp, 1998).
    """

    kind: Literal["xavier"] = "xavier"
    distribution: Distribution = "normal"
    """Shape of the distribution; both have the same variance."""
    fan: Fan = "in"
    """`in`: units of the previous layer. `average`: mean of that and the layer's own units, as in Glorot & Bengio."""


class He(SpecModel):
    """Variance 2/fan: w ~ N(0, 2/fan), or U(-b, b) with b = sqrt(6/fan).

    Source: He et al., Delving deep into rectifiers, 2015.
    """

    kind: Literal["he"] = "he"
    distribution: Distribution = "normal"
    """Shape of the distribution; both have the same variance."""
    fan: Fan = "in"
    """`in`: units of the previous layer. `average`: mean of that and the layer's own units."""


class Normal(SpecModel):
    """w ~ N(0, std²), whatever the layer's size."""

    kind: Literal["normal"] = "normal"
    std: float = Field(default=0.05, gt=0, le=1000)
    """Standard deviation."""


class Uniform(SpecModel):
    """w ~ U(-bound, bound), whatever the layer's size."""

    kind: Literal["uniform"] = "uniform"
    bound: float = Field(default=0.05, gt=0, le=1000)
    """Largest absolute value."""


class Constant(SpecModel):
    """w = value: all units of a layer start equal, and therefore stay equal."""

    kind: Literal["constant"] = "constant"
    value: float = Field(default=0.1, ge=-1000, le=1000)
    """The value of every weight."""


class Zeros(SpecModel):
    """w = 0: the lecture's warning example."""

    kind: Literal["zeros"] = "zeros"


class Orthogonal(SpecModel):
    """w = gain · Q, where Q has orthonormal rows or columns, whichever are fewer.

    Source: Saxe et al., Exact solutions to the nonlinear dynamics of learning in deep linear networks, 2013.
    """

    kind: Literal["orthogonal"] = "orthogonal"
    gain: float = Field(default=1.0, gt=0, le=1000)
    """Factor of the orthonormal matrix."""


ConcreteInitializer = Xavier | He | Normal | Uniform | Constant | Zeros | Orthogonal

Initializer = Annotated[
    Annotated[Auto | ConcreteInitializer, tagged()],
    named("auto", "xavier", "he", "normal", "uniform", "constant", "zeros", "orthogonal"),
]


def resolve_init(initializer: Auto | ConcreteInitializer, activation: Activation) -> ConcreteInitializer:
    """The initializer that `auto` stands for in a layer with this activation; any other is returned unchanged."""
    match initializer:
        case Auto():
            return He() if activation in RELU_FAMILY else Xavier()
        case Xavier() | He() | Normal() | Uniform() | Constant() | Zeros() | Orthogonal():
            return initializer
        case _:
            assert_never(initializer)
