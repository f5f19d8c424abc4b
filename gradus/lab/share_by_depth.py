"""Share by depth: how much of the signal still distinguishes one input from another."""

from pydantic import Field

from gradus.lab.network import Network, Networks, Seed
from gradus.spec.initializer import He, Xavier
from gradus.spec.spec_model import SpecModel
from gradus.wire.message import Message, Number


class ShareByDepth(SpecModel):
    """The share of each layer's signal that differs between examples: variance over the examples divided by the second
    moment, pooled over the units. At 0, all inputs look alike to the layers above.

    Inputs have a common part, as pictures do: `similarity` is the mean cosine of two inputs. With the ReLU and He, in
    wide layers, the cosine follows c ← (sqrt(1 - c²) + (π - arccos c) c) / π, and the share is 1 - c.
    Source: Cho & Saul, Kernel methods for deep learning, 2009; Poole et al., Exponential expressivity, 2016.
    """

    networks: Networks = (
        Network(activation="sigmoid", init=Xavier()),
        Network(activation="tanh", init=Xavier()),
        Network(activation="relu", init=He()),
        Network(activation="relu", init=He(), batch_norm=True),
    )
    """The networks that are compared."""
    depth: int = Field(default=10, ge=1, le=30)
    """Number of hidden layers."""
    units: int = Field(default=100, ge=1, le=200)
    """Units of each layer, and of the input."""
    examples: int = Field(default=256, ge=2, le=256)
    """Number of inputs."""
    similarity: float = Field(default=0.4, ge=0, le=0.99)
    """Mean cosine of two inputs; 0.4 between MNIST images."""
    scale: float = Field(default=0.33, gt=0, le=100)
    """Root mean square of the inputs; 0.33 for MNIST images."""
    seed: Seed = 0
    """Seed of inputs and weights."""


class NetworkShares(Message):
    """One network's shares, from the first hidden layer to the last."""

    network: str
    shares: tuple[Number, ...]


class ShareByDepthResult(Message):
    """The networks, in the order of the request."""

    networks: tuple[NetworkShares, ...]
    relu_he: tuple[Number, ...]
    """The formula's share after each layer of infinitely many ReLU units with He weights."""
