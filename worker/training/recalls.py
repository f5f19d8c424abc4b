"""The share of each class that a network recognizes."""

import torch

from worker.training.data import Split
from worker.training.engine import Engine
from worker.training.evaluation import outputs


def recalls(engine: Engine, split: Split) -> tuple[tuple[float, ...], ...]:
    """For each member and class, the share of the class's examples for which it has the largest output; NaN without
    examples."""
    classes = engine.plans[0].outputs
    totals = torch.bincount(split.targets, minlength=classes)
    predicted = outputs(engine, split).argmax(2)  # (K, n)
    hits = [torch.bincount(split.targets[one == split.targets], minlength=classes).double() for one in predicted]
    return tuple(tuple((hit / totals).tolist()) for hit in hits)
