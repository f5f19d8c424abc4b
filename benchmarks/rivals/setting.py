"""The setting that a rival trains, and the interface of its training."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from gradus.spec.experiment import Spec
from gradus.spec.nodes.dense import DensePlan
from tests.built_in import resolved

Turn = Callable[[], float]
"""Trains for about the time of one epoch of one network; returns the seconds per epoch of each network."""


@dataclass(frozen=True)
class Setting:
    """A network, its training method and the number of examples."""

    experiment: Spec
    examples: int
    """Number of synthetic examples in MNIST's shape."""
    members: int = 1
    """Number of networks in Gradus' array; other rivals train one network."""

    @property
    def layers(self) -> tuple[DensePlan, ...]:
        """Sizes of the layers, from the first hidden layer to the output."""
        layers = resolved(self.experiment).network.layers
        return tuple(layer for layer in layers if isinstance(layer, DensePlan))

    @property
    def batch(self) -> int:
        size = self.experiment.batch_size
        return self.examples if size == "full" else size

    @property
    def adam(self) -> bool:
        """Whether to use Adam; else SGD."""
        assert self.experiment.optimizer.kind in ("adam", "sgd")
        return self.experiment.optimizer.kind == "adam"


def made_up(examples: int) -> tuple[Tensor, Tensor]:
    """Inputs (n, 784) in [0, 1) and classes (n,) of ten."""
    draws = torch.Generator().manual_seed(0)
    return torch.rand(examples, 784, generator=draws), torch.randint(0, 10, (examples,), generator=draws)
