"""Chunks: an epoch's steps in pieces, between which a run can be stopped, each without a wait for the device."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from gradus.spec.experiment import Spec
from gradus.spec.memory import evaluation_rows
from gradus.spec.network import NetworkPlan
from models.batch import EpochBatches
from models.schedule import learning_rates
from worker.training.data import Split
from worker.training.divergence import bad_output, bad_parameter
from worker.training.engine import Batch, Engine
from worker.training.replay import Replay
from worker.training.report import Beat, Cause, Divergence, no_beat

STEP_SECONDS = 1.5e-4
"""What a step costs however small the network is."""
NUMBERS_PER_SECOND = 5e10
"""Multiplications that a core does in a second; a fast device has shorter chunks, never longer ones."""
WEIGHTS_PER_SECOND = 6e8
"""Weights whose step's eight passes through memory a slow CPU does in a second: what counts in small batches."""
CHUNK_SECONDS = 0.25
CHUNK_OUTPUTS = 2**20
"""Outputs of a chunk's steps that are kept until its end, for the loss."""


def chunk_steps(network: NetworkPlan, batch: int, members: int) -> int:
    """Steps between two pulses: a quarter of a second's on a slow machine. A function of the shape alone."""
    fit = int(CHUNK_SECONDS / _step_seconds(network, batch, members))
    room = CHUNK_OUTPUTS // (batch * members * network.outputs)
    return max(1, min(fit, room))


def longest_piece(network: NetworkPlan, batch: int, members: int) -> float:
    """Seconds of the longest piece of work that nothing interrupts: a step, a slice of an evaluation, or drawing the
    weights of a layer, of which the orthogonal ones take longest."""
    drawing = max(4 * layer.weights * min(layer.fan_in, layer.units) for layer in network.layers)
    evaluation = evaluation_rows(network) * members * sum(layer.weights for layer in network.layers)
    return max(_step_seconds(network, batch, members), max(drawing, evaluation) / NUMBERS_PER_SECOND)


def _step_seconds(network: NetworkPlan, batch: int, members: int) -> float:
    weights = members * sum(layer.weights for layer in network.layers)
    return STEP_SECONDS + max(3 * batch * weights / NUMBERS_PER_SECOND, weights / WEIGHTS_PER_SECOND)


def chunks(first: int, steps: int, length: int, *, tail: bool) -> list[range]:
    """The steps [first, steps) of an epoch in chunks; all but the first start at multiples of length, and a smaller
    last batch stands alone. A run that goes on in the middle of an array of another size may begin between multiples.
    """
    full = steps - 1 if tail else steps
    bounds = [*range(0, full, length), full] + [steps] * tail
    return [range(a, b) for a, b in pairwise([first, *(bound for bound in bounds if bound > first)])]


@dataclass(frozen=True, eq=False)
class ChunkRecord:
    """What a chunk's steps gave, example by example."""

    losses: Tensor
    """(steps, K, b)."""
    right: Tensor | None
    """bool, (steps, K, b); None for regression."""
    norms: Tensor
    """Of the gradient before clipping, (steps, K)."""


class Totals:
    """Sums over the examples and steps of the epoch in progress, float64, (K,)."""

    def __init__(self, members: int, place: torch.device) -> None:
        zeros = torch.zeros(members, dtype=torch.float64, device=place)
        self.loss, self.right, self.norm = zeros.clone(), zeros.clone(), zeros.clone()

    def add(self, record: ChunkRecord) -> None:
        """Add a chunk of steps; for regression `right` becomes NaN."""
        self.loss += record.losses.sum((0, 2), dtype=torch.float64)
        self.right += torch.nan if record.right is None else record.right.sum((0, 2))
        self.norm += record.norms.sum(0, dtype=torch.float64)

    def clear(self) -> None:
        """Start an epoch."""
        for total in self.tensors().values():
            total.zero_()

    def tensors(self) -> dict[str, Tensor]:
        """All totals, by name."""
        return {"totals.loss": self.loss, "totals.right": self.right, "totals.norm": self.norm}


class Step(NamedTuple):
    """One step of a chunk: a plain tuple, as making it is on the way of every step."""

    number: int
    """Since the start of the run, 0 = the first."""
    batch: Batch
    rate: Tensor
    """(K, 1)."""
    norm: Tensor
    """Where the gradient's norms go, (K,)."""


class ChunkTrainer:
    """Trains an engine's members on chunks of an epoch's steps."""

    def __init__(self, engine: Engine, experiments: Sequence[Spec], examples: Split, length: int | None = None) -> None:
        """`length` is that of a chunk in steps; None for what suits the shape."""
        self._engine, self._experiments, self._examples = engine, experiments, examples
        members, batch = len(experiments), engine.batch
        self.length = length or chunk_steps(engine.plans[0], batch, members)
        like = engine.storage.parameters
        self._outputs = like.new_empty(self.length, members, batch, engine.plans[0].outputs)
        self._norms = like.new_empty(self.length, members)
        self._before = {name: torch.empty_like(tensor) for name, tensor in engine.tensors().items()}
        self._replay = Replay(engine, examples.inputs, self._outputs, self._norms) if like.is_cuda else None

    @torch.inference_mode()
    def train(self, epoch: EpochBatches, steps: range) -> ChunkRecord:
        """Take the steps; keep what is needed to take them again."""
        _copy(self._engine.tensors(), self._before)
        targets = epoch.targets(steps)  # (steps, K, b)
        outputs = self._outputs[: len(steps), :, : targets.shape[2]]
        if self._replay is not None and targets.shape[2] == self._engine.batch:
            self._replay(_first(epoch, steps), epoch.rows[steps.start : steps.stop], targets, self._rates(epoch, steps))
        else:
            for at, record in zip(self._steps(epoch, steps), outputs.unbind(), strict=True):
                record.copy_(self._take(at))
        loss = self._engine.loss
        return ChunkRecord(loss.values(outputs, targets), loss.right(outputs, targets), self._norms[: len(steps)])

    @torch.inference_mode()
    def locate(
        self, epoch: EpochBatches, steps: range, members: Iterable[int], beat: Beat = no_beat
    ) -> dict[int, Divergence]:
        """The first bad step and layer of each member in the chunk just trained: its steps again, one by one.

        Exact, because no random number depends on what was drawn before. Leaves the state as it found it.
        """
        tensors = self._engine.tensors()
        after = {name: tensor.clone() for name, tensor in tensors.items()}
        _copy(self._before, tensors)
        found = self._again(epoch, steps, set(members), beat)
        _copy(after, tensors)
        return found

    def _again(self, epoch: EpochBatches, steps: range, missing: set[int], beat: Beat) -> dict[int, Divergence]:
        found: dict[int, Divergence] = {}
        for at in self._steps(epoch, steps):
            seen = self._bad_layers(at, sorted(missing), beat)
            found |= {k: Divergence(epoch.number, at.number + 1, layer, cause) for k, (layer, cause) in seen.items()}
            missing -= seen.keys()
            if not missing:
                break
        assert not missing, "what went wrong in a chunk goes wrong again in its replay"
        return found

    def _bad_layers(self, at: Step, members: Sequence[int], beat: Beat) -> dict[int, tuple[str, Cause]]:
        """The layer where a member's numbers run away in this step, and why."""
        self._engine.seek(at.number)
        forward: dict[int, str | None] = {}
        for k in members:
            forward[k] = bad_output(self._engine, self._examples.inputs, at.batch, k)
            beat()
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
        """Why outputs are not finite: in the first step the weights are as they were drawn."""
        if not self._examples.inputs[at.batch[0]].isfinite().all():
            return "inputs"
        return "initial_weights" if at.number == 0 else "learning_rate"

    def _take(self, at: Step) -> Tensor:
        self._engine.seek(at.number)
        return self._engine.step(self._examples.inputs, at.batch, at.rate, at.norm)

    def _steps(self, epoch: EpochBatches, steps: range) -> Iterator[Step]:
        first = _first(epoch, steps)
        batches = zip(epoch.rows[steps.start : steps.stop], epoch.targets(steps).unbind(), strict=True)
        numbers = range(first, first + len(steps))
        return map(Step, numbers, batches, self._rates(epoch, steps).unbind(), self._norms[: len(steps)].unbind())

    def _rates(self, epoch: EpochBatches, steps: range) -> Tensor:
        """Learning rates of the steps, (steps, K, 1)."""
        first = _first(epoch, steps)
        return learning_rates(self._experiments, first, first + len(steps), len(epoch)).to(self._norms)[..., None]


def _first(epoch: EpochBatches, steps: range) -> int:
    """The number of the first of an epoch's steps, 0 = the first of the run."""
    return (epoch.number - 1) * len(epoch) + steps.start


def _copy(source: dict[str, Tensor], to: dict[str, Tensor]) -> None:
    for name, tensor in source.items():
        to[name].copy_(tensor)
