"""The networks of the lab: untrained stacks of equal layers."""

from typing import Annotated

from pydantic import Field

from gradus.spec.activation import Activation
from gradus.spec.initializer import Auto, Constant, He, Normal, Orthogonal, Uniform, Xavier, Zeros
from gradus.spec.spec_model import SpecModel, named, tagged

LabInitializer = Annotated[
    Annotated[Auto | Xavier | He | Normal | Uniform | Constant | Zeros | Orthogonal, tagged()],
    named("auto", "xavier", "he", "normal", "uniform", "constant", "zeros", "orthogonal"),
]
"""The initializers of specs, except NTK, which also changes the layer."""

Seed = Annotated[int, Field(ge=0, lt=2**32)]


class Network(SpecModel):
    """The settings that all layers of a stack share."""

    activation: Activation = "relu"
    """Activation function of every layer."""
    init: LabInitializer = Auto()
    """Distribution of the initial weights."""
    batch_norm: bool = False
    """Whether each weighted sum is normalized over the batch, before the activation."""


Networks = Annotated[tuple[Network, ...], Field(strict=False, min_length=1, max_length=6)]
"""The networks that are compared."""


def name_of(network: Network) -> str:
    """The network in a few words, such as `relu, normal 0.01`."""
    init = network.init
    number = next((f" {value:g}" for value in vars(init).values() if isinstance(value, float)), "")
    return f"{network.activation}, {init.kind}{number}" + ", batch norm" * network.batch_norm
