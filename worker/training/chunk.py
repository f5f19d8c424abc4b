"""A chunk of steps without a wait for the device, and its replay when something went wrong in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gradus.spec.experiment import Experiment
from models.batch import Epoch
from worker.training.array import chunk_steps, learning_rates
from worker.training.data import Split
from worker.training.divergence import bad_output, bad_parameter
from worker.training.engine import Engine
from worker.training.report import Divergence


@dataclass(frozen=True, eq=False)
class ChunkRecord:
    """What a chunk's steps gave, example by example."""

    losses: Tensor
    """(steps, K, b)."""
    right: Tensor | None
    """bool, (steps, K, b); None for regression."""
    norms: Tensor
    """Of the gradient before clipping, (steps, K)."""


class ChunkTrainer:
    """Trains an engine's members on chunks of an epoch's steps."""

    def __init__(
        self, engine: Engine, experiments: Sequence[Experiment], examples: Split, length: int | None = None
    ) -> None:
        """`length` is that of a chunk in steps; None for what suits the shape."""
        self._engine, self._experiments, self._examples = engine, experiments, examples
        members, batch = len(experiments), engine.batch
        self.length = length or chunk_steps(engine.plans[0], batch, members)
        like = engine.storage.parameters
        self._gathered = like.new_empty(members * batch, engine.plans[0].inputs)
        self._outputs = like.new_empty(self.length, members, batch, engine.plans[0].outputs)
        self._norms = like.new_empty(self.length, members)
        self._before = {name: torch.empty_like(tensor) for name, tensor in engine.tensors().items()}

    @torch.inference_mode()
    def train(self, epoch: Epoch, steps: range) -> ChunkRecord:
        """Take the steps; keep what is needed to take them again."""
        _copy(self._engine.tensors(), self._before)
        rates = self._rates(epoch, steps)
        batch = epoch.targets(steps[0]).shape[1]
        for row, step in enumerate(steps):
            outputs = self._step(epoch, step, rates[row], self._norms[row])
            self._outputs[row, :, :batch].copy_(outputs)
        outputs = self._outputs[: len(steps), :, :batch]
        targets = torch.stack([epoch.targets(step) for step in steps])  # (steps, K, b)
        loss = self._engine.loss
        return ChunkRecord(loss.values(outputs, targets), loss.right(outputs, targets), self._norms[: len(steps)])

    @torch.inference_mode()
    def locate(self, epoch: Epoch, steps: range, members: Iterable[int]) -> dict[int, Divergence]:
        """The first bad step and layer of each member in the chunk just trained: its steps again, one by one.

        Exact, because no random number depends on what was drawn before. Leaves the state as it found it.
        """
        tensors = self._engine.tensors()
        after = {name: tensor.clone() for name, tensor in tensors.items()}
        _copy(self._before, tensors)
        found = self._replay(epoch, steps, set(members))
        _copy(after, tensors)
        return found

    def _replay(self, epoch: Epoch, steps: range, missing: set[int]) -> dict[int, Divergence]:
        found: dict[int, Divergence] = {}
        rates = self._rates(epoch, steps)
        for row, step in enumerate(steps):
            layers = self._bad_layers(epoch, step, rates[row], sorted(missing))
            for member, layer in layers.items():
                found[member] = Divergence(epoch.number, self._since_start(epoch, step) + 1, layer)
            missing -= layers.keys()
            if not missing:
                break
        assert not missing, "what went wrong in a chunk goes wrong again in its replay"
        return found

    def _bad_layers(self, epoch: Epoch, step: int, rate: Tensor, members: Sequence[int]) -> dict[int, str]:
        inputs = epoch.inputs(step, self._examples.inputs, self._gathered)
        number = self._since_start(epoch, step)
        forward = {k: bad_output(self._engine, inputs, epoch.targets(step), number, k) for k in members}
        self._step(epoch, step, rate, self._norms[0])
        layers = {k: forward[k] or bad_parameter(self._engine, k) for k in members}
        return {k: layer for k, layer in layers.items() if layer is not None}

    def _step(self, epoch: Epoch, step: int, rate: Tensor, norm: Tensor) -> Tensor:
        inputs = epoch.inputs(step, self._examples.inputs, self._gathered)
        return self._engine.step(inputs, epoch.targets(step), self._since_start(epoch, step), rate, norm)

    def _rates(self, epoch: Epoch, steps: range) -> Tensor:
        first = self._since_start(epoch, steps[0])
        rates = learning_rates(self._experiments, first, first + len(steps), len(epoch))
        return rates.to(self._norms)[..., None]  # (steps, K, 1)

    def _since_start(self, epoch: Epoch, step: int) -> int:
        return (epoch.number - 1) * len(epoch) + step


def _copy(source: dict[str, Tensor], to: dict[str, Tensor]) -> None:
    for name, tensor in source.items():
        to[name].copy_(tensor)
