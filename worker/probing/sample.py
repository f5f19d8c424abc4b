"""The training examples that a probe measures, and the spec of the networks that it measures them with."""

from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import Spec
from gradus.spec.layer import AnyLayer, Residual, WeightedLayer
from gradus.spec.loss import BinaryCrossEntropy, ConcreteLoss, CrossEntropy, Task, resolve_loss
from gradus.spec.network import NetworkPlan
from models.seed import epoch_permutation
from worker.probing.effort import Effort, effort
from worker.training.data import Data, Split
from worker.training.engine import Engine

CPU = torch.device("cpu")
BYTES = 2**28
"""Maximum memory for what the layers keep of all examples in a pass."""
BYTES_PER_VALUE = 32
"""Memory for each value of a layer: the weighted sum, the activation, the gradients of both and their copies, in
float32; the first step has fewer copies, in float64."""
FEWEST = 4
"""Minimum number of examples that are measured, however much memory they take."""


@dataclass(frozen=True, eq=False)
class Sample:
    """The first training examples in the order of the run's first epoch."""

    split: Split
    """On the CPU, as numbers or bytes."""
    effort: Effort
    """The measured examples are the first of the split."""
    members: int
    """Maximum number of networks that take a step on a batch at the same time."""

    def rows(self, batch: int) -> Tensor:
        """The indices of the n-th batch's examples in the sample, (b,)."""
        return torch.arange(batch * self.batch, (batch + 1) * self.batch)

    @property
    def batch(self) -> int:
        """Number of examples of a step."""
        return self.effort.batch

    @property
    def batches(self) -> int:
        """Number of whole batches that a first step is tried on."""
        return min(self.effort.batches, len(self.split) // self.batch)


def sample(resolved: ResolvedSpec, data: Data) -> Sample:
    """The examples for a probe of a spec."""
    n, spec = len(data.train), resolved.spec
    chosen = effort_for(resolved, data)
    order = epoch_permutation(spec.seed, 1, n, CPU)[: min(n, max(chosen.measured, chosen.batches * chosen.batch))]
    return Sample(part(data.train, order), chosen, max(1, _fitting(resolved.network) // chosen.batch))


def effort_for(resolved: ResolvedSpec, data: Data) -> Effort:
    """How much is measured of a spec."""
    return effort(resolved, len(data.train), _fitting(resolved.network))


def multiplications(resolved: ResolvedSpec, data: Data) -> float:
    """Estimated number of multiply-adds of a probe without its patches."""
    return effort_for(resolved, data).multiplications(resolved.network.multiply_adds)


def _fitting(network: NetworkPlan) -> int:
    """Number of examples for which the values of all layers fit in memory."""
    return max(FEWEST, BYTES // (BYTES_PER_VALUE * values(network)))


def values(network: NetworkPlan) -> int:
    """Number of values of all layers for an example."""
    return network.inputs + sum(prod(layer.shape) for layer in network.layers)


def part(split: Split, rows: Tensor) -> Split:
    """The examples in these rows of a split."""
    return Split(
        split.inputs[rows],
        split.targets[rows],
        split.largest,
        None if split.weights is None else split.weights[rows],
        None if split.evaluation_weights is None else split.evaluation_weights[rows],
    )


def probed_spec(spec: Spec, task: Task, batch: int) -> Spec:
    """The spec as it is probed: without dropout, augmentation and label smoothing, so that the loss is a function whose
    decrease its gradient predicts; in float32, and on the CPU, as GPUs are reserved for training."""
    changes = {
        "dataset": spec.dataset.without_augmentation(),
        "layers": tuple(map(_without_dropout, spec.layers)),
        "dropout": 0.0,
        "input_dropout": 0.0,
        "loss": plain_loss(spec, task),
        "batch_size": batch,
        "precision": "float32",
        "device": "cpu",
    }
    return spec.model_copy(update=changes)


def plain_loss(spec: Spec, task: Task) -> ConcreteLoss:
    """The loss, without label smoothing."""
    loss = resolve_loss(spec.loss, task)
    if isinstance(loss, CrossEntropy | BinaryCrossEntropy):
        return loss.model_copy(update={"label_smoothing": 0.0})
    return loss


def _without_dropout(layer: AnyLayer) -> AnyLayer:
    if isinstance(layer, Residual):
        return layer.model_copy(update={"layers": tuple(map(_without_dropout, layer.layers))})
    return layer.model_copy(update={"dropout": 0.0}) if isinstance(layer, WeightedLayer) else layer


def engine(specs: list[Spec], data: Data, split: Split, dtype: torch.dtype) -> Engine:
    """An untrained engine for these examples."""
    return Engine(
        specs, data.plan, len(split), CPU, dtype, largest=split.largest, deviation=data.target_scale.deviation
    )
