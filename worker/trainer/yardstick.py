"""The yardstick of findings: the scores of networks that ignore their inputs."""

from collections.abc import Iterable

import torch

from gradus.spec.loss import ConcreteLoss, resolve_loss
from insight.prior import InputScale, Prior
from worker.trainer.protocol import Trainee
from worker.training.baseline import Baseline
from worker.training.data import Data
from worker.training.input_scale import input_scale


def priors(trainees: Iterable[Trainee], data: Data) -> dict[str, Prior]:
    """The prior of each experiment, by its id; computed once for each loss."""
    known: dict[ConcreteLoss, Prior] = {}
    inputs = input_scale(data)
    found = {}
    for trainee in trainees:
        kind = resolve_loss(trainee.spec.loss, data.task)
        if kind not in known:
            known[kind] = _prior(data, kind, trainee.data.outputs, inputs)
        found[trainee.id] = known[kind]
    return found


def _prior(data: Data, kind: ConcreteLoss, outputs: int, inputs: InputScale) -> Prior:
    baseline = Baseline(data, kind, outputs)
    share = largest_share(data)
    return Prior(loss=baseline.loss, accuracy=baseline.accuracy, largest_share=share, inputs=inputs)


def largest_share(data: Data) -> float | None:
    """The share of the training examples in the most frequent class; None unless the task is classification."""
    if data.task != "classification":
        return None
    return float(torch.bincount(data.train.targets).max()) / len(data.train)
