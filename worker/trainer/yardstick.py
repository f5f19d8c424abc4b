"""The yardstick of findings: what networks score that ignore their inputs."""

from collections.abc import Iterable

import torch

from gradus.spec.loss import ConcreteLoss, resolve_loss
from insight.prior import Prior
from worker.trainer.protocol import Trainee
from worker.training.baseline import Baseline
from worker.training.data import Data


def priors(trainees: Iterable[Trainee], data: Data) -> dict[str, Prior]:
    """By experiment; computed once for each loss."""
    known: dict[ConcreteLoss, Prior] = {}
    found = {}
    for trainee in trainees:
        kind = resolve_loss(trainee.spec.loss, data.task)
        if kind not in known:
            known[kind] = _prior(data, kind, trainee.data.outputs)
        found[trainee.id] = known[kind]
    return found


def _prior(data: Data, kind: ConcreteLoss, outputs: int) -> Prior:
    baseline = Baseline(data, kind, outputs)
    return Prior(loss=baseline.loss, accuracy=baseline.accuracy, largest_share=largest_share(data))


def largest_share(data: Data) -> float | None:
    """Of the training examples, in the most frequent class; None unless the task is classification."""
    if data.task != "classification":
        return None
    return float(torch.bincount(data.train.targets).max()) / len(data.train)
