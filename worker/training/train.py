"""Training as a generator of reports, independent of database, queue and clock."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import perf_counter

import torch
from torch import Tensor

from gradus.device_name import ONEDNN_EVERYWHERE
from gradus.spec.experiment import Spec
from gradus.spec.layout import Layout
from models.batch import EpochBatches
from models.loss import loss_unit
from models.schedule import learning_rates
from models.storage import named_tensors
from worker.training.chunk import ChunkRecord, ChunkTrainer, Totals, steps_of
from worker.training.chunk_length import chunks
from worker.training.data import Data
from worker.training.divergence import DivergenceMonitor, constant_loss, nonfinite
from worker.training.engine import Engine
from worker.training.evaluation import evaluate
from worker.training.members import Members
from worker.training.pace import Pace
from worker.training.recalls import recalls
from worker.training.report import EpochReport, MemberEpoch, OnProgress, Pulse, Report, ignore_progress
from worker.training.state import State
from worker.training.statistics.recorder import Recorder
from worker.training.target_scale import NAME, rescale


def train(  # noqa: PLR0913 (options with defaults)
    experiments: Sequence[Spec],
    data: Data,
    device: torch.device,
    *,
    state: State | None = None,
    pulse_steps: int | None = None,
    pace: Pace | None = None,
    dtype: torch.dtype = torch.float32,
    on_progress: OnProgress = ignore_progress,
    products: str = ONEDNN_EVERYWHERE,
) -> "Training":
    """Train experiments of one `array_shape` together; iterate over the result for the reports.

    With a `state`, training continues from there, with the same bits as if it had never been interrupted. A pulse comes
    after every `pulse_steps` steps; None for about a quarter of a second on a slow CPU. On a GPU, one pulse stands for
    a group of such chunks, whose size `pace` determines. `on_progress` is called between the pieces of longer work.
    `products` names the library for each large product, as a `CpuName` does.
    """
    return Training(
        experiments,
        data,
        device,
        state=state,
        pulse_steps=pulse_steps,
        pace=pace,
        dtype=dtype,
        on_progress=on_progress,
        products=products,
    )


class Training(Iterator[Report]):
    """A training run. Between reports it does not proceed, and its state and weights can be copied."""

    def __init__(  # noqa: PLR0913 (as `train`)
        self,
        experiments: Sequence[Spec],
        data: Data,
        device: torch.device,
        *,
        state: State | None = None,
        pulse_steps: int | None = None,
        pace: Pace | None = None,
        dtype: torch.dtype = torch.float32,
        on_progress: OnProgress = ignore_progress,
        products: str = ONEDNN_EVERYWHERE,
    ) -> None:
        self._experiments = experiments
        self._on_progress = on_progress
        self._data = data.to(device, dtype)
        deviation, largest = data.target_scale.deviation, self._data.train.largest
        examples = len(data.train)
        self._engine = Engine(
            experiments, data.plan, examples, device, dtype, on_progress, largest, deviation, products
        )
        self._chunk = ChunkTrainer(self._engine, experiments, self._data.train, pulse_steps, pace)
        self._recorder = None
        if any(experiment.statistics != "off" for experiment in experiments):
            self._recorder = Recorder(self._engine, self._chunk, experiments, self._data)
        self._epoch = self._step_in_epoch = self._step = 0
        storage = self._engine.storage
        self._best = {"best.parameters": storage.parameters.clone(), "best.statistics": storage.statistics.clone()}
        regression = data.task == "regression"
        self._target_scale = data.target_scale.tensor(len(experiments)) if regression else None
        self._totals = Totals(len(experiments), device)
        kinds, outputs = self._engine.losses, self._engine.plans[0].outputs
        self._loss_unit = loss_unit(kinds[0], deviation)
        of_constant = {kind: constant_loss(kind, self._data.train.targets, outputs, deviation) for kind in {*kinds}}
        self._divergence_monitor = DivergenceMonitor([of_constant[kind] for kind in kinds], device)
        self._members = Members(experiments, data, self._engine, self._divergence_monitor, self._data.validation.inputs)
        if state is not None:
            self._restore(state)
        self._recalled: tuple[int, tuple[tuple[float, ...], ...]] | None = None
        self._reports = self._train()

    def __next__(self) -> Report:
        return next(self._reports)

    def state(self) -> State:
        """A copy of the complete state."""
        tensors = {name: tensor.clone() for name, tensor in self._tensors().items()}
        return State(self._epoch, self._step_in_epoch, self._step, tuple(self._members.states), tensors)

    @property
    def layout(self) -> Layout:
        """The positions of the parameters in the rows of the state."""
        return self._engine.storage.layout

    def weights(self, member: int) -> dict[str, Tensor]:
        """A copy of a member's current parameters and running statistics, by name."""
        storage = self._engine.storage
        tensors = named_tensors(storage.layout, storage.parameters[member], storage.statistics[member])
        return {name: tensor.clone() for name, tensor in tensors.items()}

    def recalls(self, member: int) -> tuple[float, ...]:
        """For each class, the share of its validation examples that a member recognizes now; for classification. The
        first call after a step evaluates all members at once."""
        if self._recalled is None or self._recalled[0] != self._step:
            self._recalled = self._step, recalls(self._engine, self._data.validation)
        return self._recalled[1][member]

    def best_weights(self, member: int) -> dict[str, Tensor]:
        """A copy of the parameters and statistics of the best epoch so far, or the initial ones before there is one."""
        rows = self._best["best.parameters"][member], self._best["best.statistics"][member]
        return {name: tensor.clone() for name, tensor in named_tensors(self.layout, *rows).items()}

    def _train(self) -> Iterator[Report]:
        while any(self._members.active):
            yield from self._train_epoch()
            yield self._close_epoch()

    def _train_epoch(self) -> Iterator[Pulse]:
        seeds = [experiment.seed for experiment in self._experiments]
        words = [experiment.dataset.augment for experiment in self._experiments]
        split, number = self._data.train, self._epoch + 1
        weights = split.weights, split.evaluation_weights
        epoch = EpochBatches(seeds, number, split.targets, self._engine.batch, *weights, words)
        single = chunks(self._step_in_epoch, len(epoch), self._chunk.length, tail=epoch.has_tail)
        for group in self._chunk.pace.groups(single, tail=epoch.has_tail):
            began = perf_counter()
            records = self._chunk.train(epoch, group)
            for steps, record in zip(group, records, strict=True):
                self._record(record, steps)
            self._note_divergence(epoch, steps_of(group), nonfinite(self._engine, [one.losses for one in records]))
            self._chunk.pace.measured(perf_counter() - began)
            yield Pulse(epoch.number, self._step)

    def _record(self, record: ChunkRecord, steps: range) -> None:
        self._totals.add(record)
        if self._recorder is not None:
            self._recorder.record(record, steps.start)
        self._divergence_monitor.record(record.losses, self._step)
        self._step += len(steps)
        self._step_in_epoch = steps.stop

    def _note_divergence(self, epoch: EpochBatches, steps: range, members: Sequence[int]) -> None:
        if new := self._members.sound(members):
            self._members.note(self._chunk.locate(epoch, steps, new, self._on_progress))

    def _close_epoch(self) -> EpochReport:
        self._epoch += 1
        active = self._members.active
        *numbers, exploding = self._numbers().tolist()
        self._members.note_exploding(self._epoch, [int(step) if active[k] else 0 for k, step in enumerate(exploding)])
        columns = zip(*numbers, self._last_rates().tolist(), strict=True)
        rows = [self._close_member(k, *column) if active[k] else None for k, column in enumerate(columns)]
        if self._recorder is not None:
            rows = self._with_measurements(rows, self._recorder)
        self._step_in_epoch = 0
        self._totals.clear()
        self._divergence_monitor.start_epoch()
        return EpochReport(self._epoch, self._step, tuple(rows))

    def _numbers(self) -> Tensor:
        """The epoch's metrics and the step in which the loss exploded, float64, (9, K), for a single device
        transfer."""
        totals, examples, unit = self._totals, len(self._data.train), self._loss_unit
        weight = self._data.train.total_weight
        splits = self._data.validation, self._data.test
        exact = self._data.is_encoded  # the losses of built-in data sets keep the bits that they always had
        on_losses = [None if self._recorder is None else self._recorder.record_validation, None]
        validation, test = (
            evaluate(self._engine, split, self._on_progress, exact=exact, on_losses=see)
            for split, see in zip(splits, on_losses, strict=True)
        )
        return torch.stack(
            [
                unit * totals.loss / weight,
                totals.correct / examples,
                unit * validation.loss,
                validation.accuracy,
                unit * test.loss,
                test.accuracy,
                self._engine.penalty.value(self._engine.storage.weights()),
                totals.norm / self._step_in_epoch,
                self._divergence_monitor.exploding(totals.loss / weight, validation.loss),
            ]
        )

    def _with_measurements(self, rows: Sequence[MemberEpoch | None], recorder: Recorder) -> list[MemberEpoch | None]:
        """The results with the statistics of the layers, if they are due: they always are where a member ends."""
        ends = any(row is not None and row.ending is not None for row in rows)
        rate = self._last_rates().to(self._engine.storage.parameters)[:, None]
        measured = recorder.close_epoch(self._epoch, self._step, rate, is_last=ends)
        return [row and replace(row, measured=one) for row, one in zip(rows, measured, strict=True)]

    def _last_rates(self) -> Tensor:
        """The learning rates of the last step, (K,), on the CPU."""
        last = self._epoch * self._step_in_epoch
        return learning_rates(self._experiments, last - 1, last, self._step_in_epoch)[0]

    def _close_member(self, k: int, *numbers: float) -> MemberEpoch:
        closed = self._members.close(k, self._epoch, self._step, *numbers)
        if closed.is_best:
            self._keep_best(k)
        return closed

    def _keep_best(self, k: int) -> None:
        storage = self._engine.storage
        self._best["best.parameters"][k].copy_(storage.parameters[k])
        self._best["best.statistics"][k].copy_(storage.statistics[k])

    def _tensors(self) -> dict[str, Tensor]:
        tensors = {
            **self._engine.tensors(),
            **self._best,
            **self._totals.tensors(),
            **self._divergence_monitor.tensors(),
        }
        if self._recorder is not None:
            tensors |= self._recorder.tensors()
        return tensors if self._target_scale is None else {**tensors, NAME: self._target_scale}

    def _restore(self, state: State) -> None:
        self._epoch, self._step_in_epoch, self._step = state.epoch, state.step_in_epoch, state.step
        self._members.states = list(state.members)
        given = dict(state.tensors)
        if self._target_scale is not None:
            rescale(given, self._engine.storage.layout, self._data.target_scale, self._engine.losses[0])
        for name, tensor in self._tensors().items():
            if name in given:  # missing if a fork has another kind of optimizer: its state starts empty
                tensor.copy_(given[name])
