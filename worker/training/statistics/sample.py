"""The training examples that the statistics of a run are measured on: the same in every epoch and for every member."""

from dataclasses import dataclass

import torch
from torch import Tensor

from gradus.spec.statistics import SAMPLED_EXAMPLES, STEP_EXAMPLES
from models.seed import epoch_permutation
from worker.training.data import Split


@dataclass(frozen=True, eq=False)
class Sample:
    """Random training examples, whose activations are measured, and a batch of them, whose gradients are measured."""

    inputs: Tensor
    """(n, inputs)."""
    rows: Tensor
    """Indices of the batch's examples among the training examples, int64 (b,)."""
    targets: Tensor
    """Targets of the batch, for every member, (K, b) or (K, b, targets)."""
    weights: Tensor | None
    """Weights of the batch in the gradient, (K, b); None if all are equal."""
    sampled_targets: Tensor
    """Targets of all examples, (n,) or (n, targets)."""
    evaluation_weights: Tensor | None
    """Weights of all examples in reported losses, (n,); None if all are equal."""
    places: Tensor
    """Places of the batch's examples among all, int64 (b,)."""


def sample(split: Split, batch: int, members: int) -> Sample:
    """The sample of a training split, for runs with this batch size. It is the same for all runs on the data."""
    order = epoch_permutation(0, 0, len(split), split.inputs.device)  # no run has an epoch 0
    rows = order[: min(batch, STEP_EXAMPLES)]
    targets = split.targets[rows]
    weights = None if split.weights is None else split.weights[rows].expand(members, -1)
    chosen = order[:SAMPLED_EXAMPLES].sort().values
    reported = None if split.evaluation_weights is None else split.evaluation_weights[chosen]
    return Sample(
        inputs=split.inputs[chosen],
        rows=rows,
        targets=targets.expand(members, *targets.shape),
        weights=weights,
        sampled_targets=split.targets[chosen],
        evaluation_weights=reported,
        places=torch.searchsorted(chosen, rows),
    )
