"""Activation histograms: how the initial weights change the signal, layer by layer."""

from pydantic import Field

from gradus.lab.network import Network, Networks, Seed
from gradus.spec.initializer import He, Normal, Xavier
from gradus.spec.spec_model import SpecModel
from gradus.wire.message import Message, Number


class ActivationHistograms(SpecModel):
    """Histograms of the activations in each layer of untrained networks, for inputs from N(0, 1).

    With weights of deviation 1, sigmoids saturate at 0 and 1, and gradients vanish; with 0.01, all units have the same
    output; Xavier keeps the spread. With ReLU, Xavier fades, and He keeps the spread.
    Source: Saitoh, Deep learning from scratch, 2016, chapter 6.2; Glorot & Bengio, 2010; He et al., 2015.
    """

    networks: Networks = (
        Network(activation="sigmoid", init=Normal(std=1.0)),
        Network(activation="sigmoid", init=Normal(std=0.01)),
        Network(activation="sigmoid", init=Xavier()),
        Network(activation="relu", init=He()),
    )
    """The networks that are compared."""
    layers: int = Field(default=5, ge=1, le=10)
    """Number of hidden layers."""
    units: int = Field(default=100, ge=1, le=200)
    """Units of each layer, and of the input."""
    examples: int = Field(default=500, ge=2, le=500)
    """Number of inputs."""
    bins: int = Field(default=30, ge=5, le=60)
    """Bins of each histogram."""
    seed: Seed = 0
    """Seed of inputs and weights."""


class LayerActivations(Message):
    """The activations of one layer, over units and examples."""

    counts: tuple[int, ...]
    """Activations in each bin."""
    mean: Number
    deviation: Number
    flat: Number
    """Share of activations where the derivative of the function is below 5 % of its largest value."""


class NetworkActivations(Message):
    """The layers of one network."""

    network: str
    edges: tuple[Number, ...]
    """Edges of the bins, the same in all layers."""
    layers: tuple[LayerActivations, ...]


class ActivationHistogramsResult(Message):
    """The networks, in the order of the request."""

    networks: tuple[NetworkActivations, ...]
