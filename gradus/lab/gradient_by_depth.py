"""Gradient by depth: how much of the gradient reaches the first layer."""

from pydantic import Field

from gradus.lab.network import Network, Networks, Seed
from gradus.spec.initializer import He, Xavier
from gradus.spec.spec_model import SpecModel
from gradus.wire.message import Message, Number


class GradientByDepth(SpecModel):
    """The gradient in the first hidden layer relative to that in the last, by the number of layers.

    R = rms(δ₁) / rms(δ_L), where δ is the gradient of the loss with respect to a layer's weighted sums, and
    q = R^(1/(L-1)) is the factor per layer. The loss is the cross-entropy of ten random classes, the inputs are from
    N(0, 1). Sigmoids lose three quarters per layer, even with Xavier; ReLU with He loses nothing.
    Source: Glorot & Bengio, 2010; Schoenholz et al., Deep information propagation, 2017.
    """

    networks: Networks = (
        Network(activation="sigmoid", init=Xavier()),
        Network(activation="tanh", init=Xavier()),
        Network(activation="relu", init=Xavier()),
        Network(activation="relu", init=He()),
    )
    """The networks that are compared."""
    depth: int = Field(default=20, ge=2, le=30)
    """Hidden layers of the deepest network; all depths from 2 are computed."""
    units: int = Field(default=100, ge=2, le=100)
    """Units of each layer, and of the input."""
    examples: int = Field(default=64, ge=2, le=64)
    """Size of the batch."""
    seed: Seed = 0
    """Seed of inputs, classes and weights."""


class NetworkGradients(Message):
    """One network's gradients by depth."""

    network: str
    ratio: tuple[Number, ...]
    """R for each depth."""
    per_layer: tuple[Number, ...]
    """q for each depth."""


class GradientByDepthResult(Message):
    """The networks, in the order of the request."""

    depths: tuple[int, ...]
    networks: tuple[NetworkGradients, ...]
