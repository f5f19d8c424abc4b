"""What a rival is asked to train, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from gradus.spec.experiment import Spec
from gradus.spec.network import DensePlan, plan

Turn = Callable[[], float]
"""Trains for about as long as one epoch of one network takes; seconds for an epoch of each network."""


@dataclass(frozen=True)
class Setting:
    """A network, how it is trained, and on how many examples."""

    experiment: Spec
    examples: int
    """Made-up ones in MNIST's shape."""
    members: int = 1
    """Networks that Gradus trains side by side; the others train one."""

    @property
    def layers(self) -> tuple[DensePlan, ...]:
        """From the first hidden one to the output."""
        return plan(self.experiment).layers

    @property
    def batch(self) -> int:
        size = self.experiment.batch_size
        return self.examples if size == "full" else size

    @property
    def adam(self) -> bool:
        """Adam; else plain gradient descent."""
        assert self.experiment.optimizer.kind in ("adam", "sgd")
        return self.experiment.optimizer.kind == "adam"


def made_up(examples: int) -> tuple[Tensor, Tensor]:
    """Inputs (n, 784) in [0, 1) and classes (n,) of ten."""
    draws = torch.Generator().manual_seed(0)
    return torch.rand(examples, 784, generator=draws), torch.randint(0, 10, (examples,), generator=draws)
