"""Dead networks: the probability that a narrow, deep ReLU network is dead at its start."""

from pydantic import Field

from gradus.lab.network import Seed
from gradus.spec.spec_model import SpecModel
from gradus.wire.message import Message, Number


class DeadNetworks(SpecModel):
    """The probability that some ReLU layer outputs only zeros, so that the network gives the same answer for every
    input.

    With symmetric weights and zero biases, each of n units is off with probability 1/2, so that a layer is off with
    probability 2⁻ⁿ: P(dead) = 1 - (1 - 2⁻ⁿ)^L for L layers and one input. With more inputs it is lower, because a layer
    has to be off for all of them. The result has the share of dead networks among some with weights from N(0, 2/n), and
    the formula's value.
    Source: Lu et al., Dying ReLU and initialization, 2020.
    """

    widths: int = Field(default=8, ge=1, le=12)
    """Width of the widest network; all widths from 1 are simulated."""
    depth: int = Field(default=30, ge=1, le=50)
    """Layers of the deepest network; all depths from 1 are simulated."""
    trials: int = Field(default=400, ge=10, le=1000)
    """Number of networks of each width."""
    inputs: int = Field(default=1, ge=1, le=8)
    """Number of inputs: a network counts as dead if it is dead for all of them. An input has as many numbers as a layer
    has units."""
    seed: Seed = 0
    """Seed of weights and inputs."""


class DeadNetworksResult(Message):
    """P(dead), by width and depth."""

    widths: tuple[int, ...]
    depths: tuple[int, ...]
    counted: tuple[tuple[Number, ...], ...]
    """Share of the networks that are dead: a row for each width, a column for each depth."""
    formula: tuple[tuple[Number, ...], ...]
    """P(dead) by the formula: a row for each width, a column for each depth."""
