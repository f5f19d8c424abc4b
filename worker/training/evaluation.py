"""The loss and accuracy of every member over all of a split."""

from dataclasses import dataclass

import torch
from torch import Tensor

from gradus.spec.memory import evaluation_rows
from worker.training.data import Split
from worker.training.engine import Engine
from worker.training.report import Beat, no_beat


@dataclass(frozen=True, eq=False)
class Score:
    """Means over a split, float64, (K,)."""

    loss: Tensor
    accuracy: Tensor
    """NaN for regression."""


def evaluate(engine: Engine, split: Split, beat: Beat = no_beat) -> Score:
    """Every example once, by the running statistics and without dropout; `beat` is called after each slice."""
    rows = evaluation_rows(engine.plans[0])  # by the shape alone: equal bits each time
    loss = split.inputs.new_zeros(len(engine.plans), dtype=torch.float64)
    right = torch.zeros_like(loss)
    for first in range(0, len(split), rows):
        inputs, targets = split.inputs[first : first + rows], split.targets[first : first + rows]
        outputs = engine.evaluate(inputs)
        loss += engine.loss.values(outputs, targets.expand(len(loss), -1)).sum(1, dtype=torch.float64)
        hits = engine.loss.right(outputs, targets)
        right += torch.nan if hits is None else hits.sum(1)
        beat()
    return Score(loss / len(split), right / len(split))
