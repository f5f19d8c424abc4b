"""The yardstick of findings: the scores of networks that ignore their inputs."""

from collections.abc import Iterable

import torch

from gradus.spec.loss import ConcreteLoss, resolve_loss
from insight.prior import InputScale, Prior
from worker.trainer.protocol import Trainee
from worker.training.baseline import Baseline
from worker.training.constant import constant_loss
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
            known[kind] = prior(data, kind, trainee.data.outputs, inputs)
        found[trainee.id] = known[kind]
    return found


def prior(data: Data, kind: ConcreteLoss, outputs: int, inputs: InputScale) -> Prior:
    """The prior of networks with this loss and this number of outputs."""
    baseline = Baseline(data, kind, outputs)
    return Prior(
        loss=baseline.loss,
        train_loss=constant_loss(baseline.constant, kind, data.train, data.target_scale.deviation),
        accuracy=baseline.accuracy,
        class_shares=class_shares(data),
        target_size=target_size(data),
        inputs=inputs,
    )


def target_size(data: Data) -> float | None:
    """The largest |mean| + standard deviation of a training target; None unless the task is regression."""
    if data.task != "regression":
        return None
    targets = data.train.targets.double()
    return float((targets.mean(0).abs() + targets.std(0, correction=0)).max())


def class_shares(data: Data) -> tuple[float, ...]:
    """The share of the training examples in each class; empty unless the task is classification."""
    if data.task != "classification":
        return ()
    counts = torch.bincount(data.train.targets, minlength=len(data.plan.classes))
    return tuple((counts.double() / len(data.train)).tolist())
