"""The loss that a step decreases: the mean over a batch of the examples' losses, weighted if examples have weights,
plus penalties.
"""

import torch
from torch import Tensor

from worker.probing.sample import Sample
from worker.training.data import Split
from worker.training.engine import Batch, Engine


def batch_of(split: Split, rows: Tensor, orders: int, members: int) -> Batch:
    """The batch of these examples, the same for every member; `orders` is 1 if they share a seed, else K."""
    targets = split.targets[rows]
    weights = None if split.weights is None else split.weights[rows].expand(members, -1)
    return rows.repeat(orders), targets.expand(members, *targets.shape), weights


def objective(engine: Engine, outputs: Tensor, batch: Batch) -> Tensor:
    """The loss of each member, (K,), float64."""
    _, targets, weights = batch
    losses = engine.loss.values(outputs, targets)
    if weights is not None:
        losses = losses * weights
    return losses.mean(1, dtype=torch.float64) + penalty(engine)


def penalty(engine: Engine) -> Tensor:
    """The penalty of each member, (K,), float64. Without one, the weights are not read: that would take as long as a
    third of a step."""
    chosen, weights = engine.penalty, engine.storage.weights()
    if chosen.has_l1 or chosen.has_l2:
        return chosen.value(weights)
    return weights.new_zeros(len(weights), dtype=torch.float64)


def split_in(sample: Sample, dtype: torch.dtype) -> Split:
    """The sample's examples, with floating-point numbers of this dtype."""
    return sample.split.to(torch.device("cpu"), dtype)
