"""The learning rates of an array's members."""

from collections.abc import Sequence

import torch
from torch import Tensor

from gradus.spec.experiment import Spec
from models.schedule import factors


def learning_rates(experiments: Sequence[Spec], first: int, last: int, steps_per_epoch: int) -> Tensor:
    """Learning rates of the steps [first, last) since the start of the run, float64, (steps, K)."""
    steps = torch.arange(first, last, dtype=torch.float64)
    kinds = {(e.schedule, e.epochs): None for e in experiments}
    curves = {kind: factors(kind[0], steps, steps_per_epoch, kind[1]) for kind in kinds}
    return torch.stack([curves[e.schedule, e.epochs] * e.optimizer.lr for e in experiments], dim=1)
