"""The training examples that a probe looks at, and the spec of the networks that it looks at them with."""

from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

from gradus.resolved import ResolvedSpec
from gradus.spec.batch import examples_per_step
from gradus.spec.experiment import Spec
from gradus.spec.layer import AnyLayer, Residual, WeightedLayer
from gradus.spec.loss import BinaryCrossEntropy, ConcreteLoss, CrossEntropy, Task, resolve_loss
from gradus.spec.network import NetworkPlan
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
"""Examples that are measured whatever the network's multiplications cost."""
BYTES = 2**28
"""Memory, at most, of what the layers keep of all examples of a pass."""
BYTES_PER_VALUE = 32
"""Of each value of a layer: the weighted sum, the activation, the gradients of both and their copies, in float32; the
first step has fewer copies, in float64."""
FEWEST = 4
"""Examples that are measured whatever memory they take."""
PASSES = 4
"""Passes, forward and backward, through the measured examples: one for each seed."""
STEPS = 160
"""Passes through a batch: twenty steps at five learning rates and blindly, and the first step at each of the grid."""


@dataclass(frozen=True, eq=False)
class Sample:
    """The first training examples in the order of the run's first epoch."""

    split: Split
    """On the CPU, as numbers or bytes."""
    batch: int
    """Examples of a step."""
    measured: int
    """Examples on which activations and gradients are measured: the first of the split."""
    members: int
    """Networks, at most, that take a step on a batch at the same time."""

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
    batch, measured = sizes(resolved, n)
    order = epoch_permutation(spec.seed, 1, n, CPU)[: min(n, max(measured, BATCHES * batch))]
    return Sample(part(data.train, order), batch, measured, max(1, _fitting(resolved.network) // batch))


def sizes(resolved: ResolvedSpec, n: int) -> tuple[int, int]:
    """Examples of a step, and those on which activations and gradients are measured, of n."""
    network = resolved.network
    affordable = min(_fitting(network), max(LEAST, int(MULTIPLICATIONS / (3 * network.multiply_adds))))
    batch = min(examples_per_step(resolved.spec.batch_size, n), LARGEST_BATCH, affordable)
    return batch, min(n, MEASURED, affordable)


def multiplications(resolved: ResolvedSpec, data: Data) -> float:
    """Estimate of the multiplications, with additions, of a probe."""
    batch, measured = sizes(resolved, len(data.train))
    return 3.0 * resolved.network.multiply_adds * (PASSES * measured + STEPS * batch)


def _fitting(network: NetworkPlan) -> int:
    """Examples of which all layers' values fit in memory."""
    values = network.inputs + sum(prod(layer.shape) for layer in network.layers)
    return max(FEWEST, BYTES // (BYTES_PER_VALUE * values))


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
