"""Training in chunks of steps. A run can be stopped between chunks; within a chunk nothing waits for the device."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from gradus.spec.augment import Augment, mixes
from gradus.spec.experiment import Spec
from gradus.spec.memory import evaluation_rows
from gradus.spec.network import NetworkPlan
from models.batch import EpochBatches
from models.schedule import learning_rates
from worker.training.data import Split
from worker.training.divergence import bad_output, bad_parameter
from worker.training.engine import Batch, Engine
from worker.training.replay import Replay
from worker.training.report import Cause, Divergence, OnProgress, ignore_progress

STEP_SECONDS = 1.5e-4
"""Fixed cost of a step, for the smallest network."""
MULTIPLICATIONS_PER_SECOND = 5e10
"""Speed of a slow CPU core; on a faster device a chunk takes less time."""
WEIGHTS_PER_SECOND = 6e8
"""Weights that a slow CPU updates per second, with eight passes over memory per step: the bottleneck of small
batches."""
INPUTS_PER_SECOND = 4e8
"""Inputs that a slow CPU gathers and scales per second: the bottleneck of small networks for large images."""
CHANGES_PER_SECOND = 2e8
"""Inputs that a slow CPU changes per second, by one word of augmentation."""
CHUNK_SECONDS = 0.25
MAX_CHUNK_OUTPUTS = 2**20
"""Maximum size of the network outputs of a chunk, which are kept until its end for the loss."""


def chunk_steps(network: NetworkPlan, batch: int, members: int, words: Augment) -> int:
    """Steps per chunk: a quarter of a second on a slow machine. Depends only on the network's shape, the batch size and
    the kinds of augmentation."""
    fit = int(CHUNK_SECONDS / step_seconds(network, batch, members, words))
    room = MAX_CHUNK_OUTPUTS // (batch * members * network.outputs)
    return max(1, min(fit, room))


def longest_piece(network: NetworkPlan, batch: int, members: int, words: Augment) -> float:
    """Estimated seconds of the longest piece of work without a sign of progress: a step, an evaluation batch, or the
    initialization of a layer, which is slowest with orthogonal weights."""
    weights = [tensor for layer in network.layers for tensor in layer.tensors if tensor.is_weight]
    initialization = max(4 * tensor.size * min(tensor.shape) for tensor in weights)
    evaluation = evaluation_rows(network) * members * network.multiply_adds
    step = step_seconds(network, batch, members, words)
    return max(step, max(initialization, evaluation) / MULTIPLICATIONS_PER_SECOND)


def step_seconds(network: NetworkPlan, batch: int, members: int, words: Augment) -> float:
    """Estimated seconds of a step of an array, on a slow core."""
    products, weights = 3 * batch * members * network.multiply_adds, members * network.weights
    computed = max(products / MULTIPLICATIONS_PER_SECOND, weights / WEIGHTS_PER_SECOND)
    inputs = batch * members * network.inputs * (2 if mixes(words) else 1)
    return STEP_SECONDS + computed + inputs * (1 / INPUTS_PER_SECOND + len(words) / CHANGES_PER_SECOND)


def chunks(first: int, steps: int, length: int, *, tail: bool) -> list[range]:
    """The steps [first, steps) of an epoch in chunks. All but the first start at multiples of `length`; a smaller last
    batch is a chunk of its own. A run that continues within an epoch may start between multiples.
    """
    full = steps - 1 if tail else steps
    bounds = [*range(0, full, length), full] + [steps] * tail
    return [range(a, b) for a, b in pairwise([first, *(bound for bound in bounds if bound > first)])]


@dataclass(frozen=True, eq=False)
class ChunkRecord:
    """The results of a chunk's steps, for each example."""

    losses: Tensor
    """The losses multiplied by the examples' weights, (steps, K, b)."""
    correct: Tensor | None
    """bool, or shares of right labels, (steps, K, b); None for regression."""
    norms: Tensor
    """Norms of the gradient before clipping, (steps, K)."""


class Totals:
    """Sums over the examples and steps of the current epoch, float64, (K,)."""

    def __init__(self, members: int, device: torch.device) -> None:
        zeros = torch.zeros(members, dtype=torch.float64, device=device)
        self.loss, self.correct, self.norm = zeros.clone(), zeros.clone(), zeros.clone()

    def add(self, record: ChunkRecord) -> None:
        """Add a chunk of steps; for regression `correct` becomes NaN."""
        self.loss += record.losses.sum((0, 2), dtype=torch.float64)
        self.correct += torch.nan if record.correct is None else record.correct.sum((0, 2), dtype=torch.float64)
        self.norm += record.norms.sum(0, dtype=torch.float64)

    def clear(self) -> None:
        """Reset the sums for a new epoch."""
        for total in self.tensors().values():
            total.zero_()

    def tensors(self) -> dict[str, Tensor]:
        """All sums, by their names in checkpoints."""
        return {"totals.loss": self.loss, "totals.right": self.correct, "totals.norm": self.norm}


class Step(NamedTuple):
    """One step of a chunk. A plain tuple, because one is created for every step."""

    number: int
    """The number of the step since the start of the run, 0 = the first."""
    batch: Batch
    rate: Tensor
    """Learning rates, (K, 1)."""
    norm: Tensor
    """Receives the gradient's norms, (K,)."""


class ChunkTrainer:
    """Trains an engine's members on chunks of an epoch's steps."""

    def __init__(self, engine: Engine, experiments: Sequence[Spec], examples: Split, length: int | None = None) -> None:
        """`length` is the number of steps per chunk; None for the default of the network's shape."""
        self._engine, self._experiments, self._examples = engine, experiments, examples
        members, batch = len(experiments), engine.batch
        self.length = length or chunk_steps(engine.plans[0], batch, members, experiments[0].dataset.augment)
        engine.mix_with(examples.targets, examples.weights)
        like = engine.storage.parameters
        self._outputs = like.new_empty(self.length, members, batch, engine.plans[0].outputs)
        self._norms = like.new_empty(self.length, members)
        self._before = {name: torch.empty_like(tensor) for name, tensor in engine.tensors().items()}
        self._replay = Replay(engine, examples.inputs, self._outputs, self._norms) if like.is_cuda else None

    @torch.inference_mode()
    def train(self, epoch: EpochBatches, steps: range) -> ChunkRecord:
        """Train these steps; saves the state before them, so that `locate` can repeat them."""
        _copy(self._engine.tensors(), self._before)
        self._engine.start_epoch(epoch.number)
        targets = epoch.targets(steps)  # (steps, K, b) or (steps, K, b, targets)
        outputs = self._outputs[: len(steps), :, : targets.shape[2]]
        if self._replay is not None and targets.shape[2] == self._engine.batch:
            rows, rates = epoch.rows[steps.start : steps.stop], self._rates(epoch, steps)
            self._replay(_first(epoch, steps), rows, targets, rates, epoch.weights(steps))
        else:
            for at, record in zip(self._steps(epoch, steps), outputs.unbind(), strict=True):
                record.copy_(self._take(at))
        losses, weights = self._engine.loss.values(outputs, targets), epoch.evaluation_weights(steps)
        if weights is not None:
            losses.mul_(weights)
        return ChunkRecord(losses, self._engine.loss.correct(outputs, targets), self._norms[: len(steps)])

    @contextmanager
    def undone(self) -> Iterator[dict[str, Tensor]]:
        """Restore everything that a step changes at the end of the block; yields copies from before. The last chunk
        cannot be located any more afterwards."""
        tensors = self._engine.tensors()
        _copy(tensors, self._before)
        try:
            yield self._before
        finally:
            _copy(self._before, tensors)

    @torch.inference_mode()
    def locate(
        self, epoch: EpochBatches, steps: range, members: Iterable[int], on_progress: OnProgress = ignore_progress
    ) -> dict[int, Divergence]:
        """The step and layer in which each member first became non-finite, found by repeating the last chunk step by
        step.

        The repetition is exact, because random numbers are pure functions of the step. The state is restored
        afterwards.
        """
        tensors = self._engine.tensors()
        after = {name: tensor.clone() for name, tensor in tensors.items()}
        _copy(self._before, tensors)
        found = self._repeat(epoch, steps, set(members), on_progress)
        _copy(after, tensors)
        return found

    def _repeat(
        self, epoch: EpochBatches, steps: range, missing: set[int], on_progress: OnProgress
    ) -> dict[int, Divergence]:
        found: dict[int, Divergence] = {}
        for at in self._steps(epoch, steps):
            seen = self._bad_layers(at, sorted(missing), on_progress)
            found |= {k: Divergence(epoch.number, at.number + 1, layer, cause) for k, (layer, cause) in seen.items()}
            missing -= seen.keys()
            if not missing:
                break
        assert not missing, "a repeated chunk must become non-finite again"
        return found

    def _bad_layers(self, at: Step, members: Sequence[int], on_progress: OnProgress) -> dict[int, tuple[str, Cause]]:
        """The layer of each member that becomes non-finite in this step, and the cause."""
        self._engine.seek(at.number)
        forward: dict[int, str | None] = {}
        for k in members:
            forward[k] = bad_output(self._engine, self._examples.inputs, at.batch, k)
            on_progress()
        cause = self._cause_of_outputs(at) if any(forward.values()) else "learning_rate"
        self._take(at)
        found: dict[int, tuple[str, Cause]] = {}
        for k in members:
            if (layer := forward[k]) is not None:
                found[k] = layer, cause
            elif (layer := bad_parameter(self._engine, k)) is not None:
                found[k] = layer, "learning_rate"
        return found

    def _cause_of_outputs(self, at: Step) -> Cause:
        """Why outputs are not finite. In the first step the weights are still the initial ones."""
        if not self._examples.inputs[at.batch[0]].isfinite().all():
            return "inputs"
        return "initial_weights" if at.number == 0 else "learning_rate"

    def _take(self, at: Step) -> Tensor:
        self._engine.seek(at.number)
        return self._engine.step(self._examples.inputs, at.batch, at.rate, at.norm)

    def _steps(self, epoch: EpochBatches, steps: range) -> Iterator[Step]:
        first = _first(epoch, steps)
        weights = epoch.weights(steps)
        batches = zip(
            epoch.rows[steps.start : steps.stop],
            epoch.targets(steps).unbind(),
            [None] * len(steps) if weights is None else weights.unbind(),
            strict=True,
        )
        numbers = range(first, first + len(steps))
        return map(Step, numbers, batches, self._rates(epoch, steps).unbind(), self._norms[: len(steps)].unbind())

    def _rates(self, epoch: EpochBatches, steps: range) -> Tensor:
        """Learning rates of the steps, (steps, K, 1)."""
        first = _first(epoch, steps)
        return learning_rates(self._experiments, first, first + len(steps), len(epoch)).to(self._norms)[..., None]


def _first(epoch: EpochBatches, steps: range) -> int:
    """The number of the first of these steps since the start of the run, 0 = the first."""
    return (epoch.number - 1) * len(epoch) + steps.start


def _copy(source: dict[str, Tensor], to: dict[str, Tensor]) -> None:
    for name, tensor in source.items():
        to[name].copy_(tensor)
