"""Training in chunks of steps. A run can be stopped after each group of chunks, within which nothing waits for the
device."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import torch
from torch import Tensor

from gradus.spec.experiment import Spec
from models.batch import EpochBatches
from models.schedule import learning_rates
from worker.training.chunk_length import chunk_steps
from worker.training.data import Split
from worker.training.divergence import bad_output, bad_parameter
from worker.training.engine import Batch, Engine
from worker.training.pace import Pace
from worker.training.replay import Replay
from worker.training.report import Cause, Divergence, OnProgress, ignore_progress

MAX_GROUP_OUTPUTS = 2**22
"""Maximum size of the network outputs of a group of chunks on a GPU, 16 MiB."""


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

    def __init__(
        self,
        engine: Engine,
        experiments: Sequence[Spec],
        examples: Split,
        length: int | None = None,
        pace: Pace | None = None,
    ) -> None:
        """`length` is the number of steps per chunk; None for the default of the network's shape. Without a `pace`,
        groups have one chunk on a CPU, and on a GPU up to as many as fit `MAX_GROUP_OUTPUTS`."""
        self._engine, self._experiments, self._examples = engine, experiments, examples
        members, batch = len(experiments), engine.batch
        self.length = length or chunk_steps(engine.plans[0], batch, members, experiments[0].dataset.augment)
        engine.mix_with(examples.targets, examples.weights)
        like = engine.storage.parameters
        chunk = members, batch, engine.plans[0].outputs
        fit = max(1, MAX_GROUP_OUTPUTS // (self.length * prod(chunk))) if like.is_cuda else 1
        self.pace = pace or Pace(fit)
        self._outputs = like.new_empty(self.length * self.pace.together, *chunk)
        self._norms = like.new_empty(len(self._outputs), members)
        self._before = {name: torch.empty_like(tensor) for name, tensor in engine.tensors().items()}
        self._replay = Replay(engine, examples.inputs, self._outputs, self._norms) if like.is_cuda else None

    @torch.inference_mode()
    def train(self, epoch: EpochBatches, group: Sequence[range]) -> list[ChunkRecord]:
        """Train the steps of successive chunks; saves the state before them, so that `locate` can repeat them.

        The results are computed chunk by chunk, so their bits do not depend on the group.
        """
        steps = steps_of(group)
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
        return [self._record(epoch, chunk, steps.start, outputs) for chunk in group]

    def _record(self, epoch: EpochBatches, chunk: range, first: int, outputs: Tensor) -> ChunkRecord:
        """The results of a chunk, given the outputs of the steps of the epoch from `first` on."""
        place = slice(chunk.start - first, chunk.stop - first)
        targets, weights = epoch.targets(chunk), epoch.evaluation_weights(chunk)
        losses = self._engine.loss.values(outputs[place], targets)
        if weights is not None:
            losses.mul_(weights)
        return ChunkRecord(losses, self._engine.loss.correct(outputs[place], targets), self._norms[place])

    @contextmanager
    def undone(self) -> Iterator[dict[str, Tensor]]:
        """Restore everything that a step changes at the end of the block; yields copies from before. The last group
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
        """The step and layer in which each member first became non-finite, found by repeating the last group step by
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
        assert not missing, "a repeated group must become non-finite again"
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


def steps_of(group: Sequence[range]) -> range:
    """The steps of successive chunks."""
    return range(group[0].start, group[-1].stop)


def _first(epoch: EpochBatches, steps: range) -> int:
    """The number of the first of these steps since the start of the run, 0 = the first."""
    return (epoch.number - 1) * len(epoch) + steps.start


def _copy(source: dict[str, Tensor], to: dict[str, Tensor]) -> None:
    for name, tensor in source.items():
        to[name].copy_(tensor)
