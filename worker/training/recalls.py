"""The share of each class that a network recognizes."""

import torch

from worker.training.data import Split
from worker.training.engine import Engine
from worker.training.evaluation import outputs


def recalls(engine: Engine, split: Split, member: int) -> tuple[float, ...]:
    """For each class, the share of its examples for which the class has the largest output; NaN without examples."""
    predicted = outputs(engine, split)[member].argmax(1)
    classes = engine.plans[0].outputs
    hits = torch.bincount(split.targets[predicted == split.targets], minlength=classes)
    return tuple((hits.double() / torch.bincount(split.targets, minlength=classes)).tolist())
