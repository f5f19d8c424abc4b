"""The training examples that a probe looks at, and the spec of the networks that it looks at them with."""

from dataclasses import dataclass

import torch
from torch import Tensor

from gradus.resolved import ResolvedSpec
from gradus.spec.batch import examples_per_step
from gradus.spec.experiment import Spec
from gradus.spec.layer import AnyLayer, Residual, WeightedLayer
from gradus.spec.loss import BinaryCrossEntropy, ConcreteLoss, CrossEntropy, Task, resolve_loss
from models.seed import epoch_permutation
from worker.training.data import Data, Split
from worker.training.engine import Engine

CPU = torch.device("cpu")
MEASURED = 512
"""Training examples, at most, on which activations and gradients are measured."""
LARGEST_BATCH = 1024
"""Examples, at most, of the batches that steps are tried on."""
BATCHES = 3
"""Batches that a first step is tried on."""
MULTIPLICATIONS = 2e10
"""Multiplications with additions, at most, in a pass through all measured examples: about a second on a slow core."""
LEAST = 32
"""Examples that are measured whatever the network costs."""


@dataclass(frozen=True, eq=False)
class Sample:
    """The first training examples in the order of the run's first epoch."""

    split: Split
    """On the CPU, as numbers or bytes."""
    batch: int
    """Examples of a step."""
    measured: int
    """Examples on which activations and gradients are measured: the first of the split."""

    def rows(self, batch: int) -> Tensor:
        """The places of the n-th batch's examples, (b,)."""
        return torch.arange(batch * self.batch, (batch + 1) * self.batch)

    @property
    def batches(self) -> int:
        """Number of whole batches."""
        return len(self.split) // self.batch


def sample(resolved: ResolvedSpec, data: Data) -> Sample:
    """The examples for a probe of a spec."""
    n, spec = len(data.train), resolved.spec
    affordable = max(LEAST, int(MULTIPLICATIONS / (3 * resolved.network.multiply_adds)))
    batch = min(examples_per_step(spec.batch_size, n), LARGEST_BATCH, affordable)
    measured = min(n, MEASURED, affordable)
    order = epoch_permutation(spec.seed, 1, n, CPU)[: min(n, max(measured, BATCHES * batch))]
    return Sample(part(data.train, order), batch, measured)


def part(split: Split, rows: Tensor) -> Split:
    """Some examples of a split."""
    return Split(
        split.inputs[rows],
        split.targets[rows],
        split.largest,
        None if split.weights is None else split.weights[rows],
        None if split.evaluation_weights is None else split.evaluation_weights[rows],
    )


def probed_spec(spec: Spec, task: Task, batch: int) -> Spec:
    """The spec as it is probed: without dropout, augmentation and label smoothing, so that the loss is a function whose
    decrease its gradient predicts; in float32, and on the CPU, as GPUs belong to those who train."""
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
