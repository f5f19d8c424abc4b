"""Initializers: the distribution of a layer's initial weights. Biases start at zero, except in NTK form."""

from typing import Annotated, Literal, assert_never

from pydantic import Field

from gradus.spec.activation import RELU_FAMILY, Activation
from gradus.spec.scale import RateFactor
from gradus.spec.spec_model import SpecModel, named, tagged

Distribution = Literal["normal", "uniform"]
Fan = Literal["in", "average"]


class Auto(SpecModel):
    """He for the ReLU family of activations, Xavier for the others and for the output layer."""

    kind: Literal["auto"] = "auto"


class Xavier(SpecModel):
    """Variance 1/fan: w ~ N(0, 1/fan), or U(-b, b) with b = sqrt(3/fan).

    `fan` is the number of units of the previous layer (`in`), or the mean of this number and the layer's own
    (`average`).
    Source: Glorot & Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010;
    with `in` it is the lecture's definition (LeCun et al., Efficient BackProp, 1998).
    """

    kind: Literal["xavier"] = "xavier"
    distribution: Distribution = "normal"
    """Shape of the distribution; both have the same variance."""
    fan: Fan = "in"
    """`in`: number of units of the previous layer. `average`: mean of this number and the layer's own, as in Glorot &
    Bengio."""


class He(SpecModel):
    """Variance 2/fan: w ~ N(0, 2/fan), or U(-b, b) with b = sqrt(6/fan).

    Source: He et al., Delving deep into rectifiers, 2015.
    """

    kind: Literal["he"] = "he"
    distribution: Distribution = "normal"
    """Shape of the distribution; both have the same variance."""
    fan: Fan = "in"
    """`in`: number of units of the previous layer. `average`: mean of this number and the layer's own."""


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


class Ntk(SpecModel, title="NTK form"):
    """w ~ N(0, std²), and the layer computes x W / sqrt(fan_in) + b: the NTK form, in which weights of all layers have
    the same magnitude, and so suit the same learning rate. Biases start as b ~ N(0, bias_std²).

    This is equivalent to a layer with weights of variance std²/fan_in and the learning rate η/sqrt(fan_in) with Adam,
    or η/fan_in with gradient descent; but norms, penalties and weight decay are those of w. Output layers often start
    at zero: `{"kind": "ntk", "std": 0, "bias_std": 0}`.
    Source: Jacot et al., Neural tangent kernel, 2018; with these defaults Holzmüller et al., Better by default: strong
    pre-tuned MLPs and boosted trees on tabular data, 2024 (RealMLP-TD-S).
    """

    kind: Literal["ntk"] = "ntk"
    std: float = Field(default=1.0, ge=0, le=1000)
    """Standard deviation of the weights."""
    bias_std: float = Field(default=1.0, ge=0, le=1000)
    """Standard deviation of the initial biases."""
    bias_lr_factor: RateFactor = 0.1
    """Factor of the learning rate for the biases."""


ConcreteInitializer = Xavier | He | Normal | Uniform | Constant | Zeros | Orthogonal | Ntk

Initializer = Annotated[
    Annotated[Auto | ConcreteInitializer, tagged()],
    named("auto", "xavier", "he", "normal", "uniform", "constant", "zeros", "orthogonal", "ntk"),
]


def resolve_init(initializer: Auto | ConcreteInitializer, activation: Activation) -> ConcreteInitializer:
    """The initializer that `auto` stands for in a layer with this activation; any other is returned unchanged."""
    match initializer:
        case Auto():
            return He() if activation in RELU_FAMILY else Xavier()
        case Xavier() | He() | Normal() | Uniform() | Constant() | Zeros() | Orthogonal() | Ntk():
            return initializer
        case _:
            assert_never(initializer)
