"""Evaluation: the loss and accuracy of every member on a whole split."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from gradus.spec.memory import evaluation_rows
from worker.training.data import Split
from worker.training.engine import Engine
from worker.training.report import OnProgress, ignore_progress


@dataclass(frozen=True, eq=False)
class Score:
    """Means over a split, float64, (K,)."""

    loss: Tensor
    """Weighted by the split's `evaluation_weights`."""
    accuracy: Tensor
    """NaN for regression."""


def evaluate(
    engine: Engine,
    split: Split,
    on_progress: OnProgress = ignore_progress,
    *,
    exact: bool = False,
    on_losses: Callable[[Tensor], None] | None = None,
) -> Score:
    """Evaluate every member, with the running statistics and without dropout; `on_progress` is called after each
    batch, and `on_losses` with its losses (K, n). If `exact`, the loss of each example is computed in float64 from the
    network's outputs."""
    rows = evaluation_rows(engine.plans[0])  # depends only on the network's shape, so results have equal bits
    loss = split.inputs.new_zeros(len(engine.plans), dtype=torch.float64)
    correct = torch.zeros_like(loss)
    for first in range(0, len(split), rows):
        inputs, targets = split.inputs[first : first + rows], split.targets[first : first + rows]
        outputs = engine.evaluate(inputs)
        values = _values(engine, outputs, targets.expand(len(loss), *targets.shape), exact=exact)
        if split.evaluation_weights is not None:
            values.mul_(split.evaluation_weights[first : first + rows])
        if on_losses is not None:
            on_losses(values)
        loss += values.sum(1, dtype=torch.float64)
        hits = engine.loss.correct(outputs, targets)
        correct += torch.nan if hits is None else hits.sum(1, dtype=torch.float64)
        on_progress()
    return Score(loss / split.total_weight, correct / len(split))


def outputs(engine: Engine, split: Split) -> Tensor:
    """Every member's outputs for a whole split, (K, n, outputs), as `evaluate` scores them."""
    rows = evaluation_rows(engine.plans[0])
    if not len(split):
        return split.inputs.new_zeros((len(engine.plans), 0, engine.plans[0].outputs), dtype=torch.float32)
    return torch.cat([engine.evaluate(split.inputs[first : first + rows]) for first in range(0, len(split), rows)], 1)


def _values(engine: Engine, outputs: Tensor, targets: Tensor, *, exact: bool) -> Tensor:
    if exact:
        outputs = outputs.double()
        targets = targets.double() if targets.is_floating_point() else targets
    return engine.loss.values(outputs, targets)
