"""Measures an array's layers at the end of an epoch, without an effect on the training."""

from collections.abc import Sequence
from math import log

import torch
from torch import Tensor

from gradus.spec.experiment import Spec
from gradus.spec.memory import evaluation_rows
from gradus.spec.network import NetworkPlan
from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.wire.layer_report import MeasuredLayers
from insight.looks import is_measured
from models.loss import loss_unit
from worker.training.chunk import ChunkRecord, ChunkTrainer
from worker.training.data import Data
from worker.training.engine import Engine
from worker.training.statistics.activations import is_reported, measure_activations
from worker.training.statistics.losses import LossStatistics
from worker.training.statistics.readings import Readings, to_host
from worker.training.statistics.report import layer_histograms, layer_report
from worker.training.statistics.sample import sample
from worker.training.statistics.scores import SampleScores
from worker.training.statistics.step import TrialStep


class Recorder:
    """The statistics of K members. All members are measured if one spec asks for statistics; each member gets those
    that its spec asks for."""

    def __init__(self, engine: Engine, chunk: ChunkTrainer, experiments: Sequence[Spec], data: Data) -> None:
        members = len(experiments)
        self._engine, self._chunk, self._examples = engine, chunk, data.train.inputs
        self._levels = [experiment.statistics for experiment in experiments]
        self._full = "full" in self._levels
        self._layers = [layer for layer in engine.plans[0].layers if is_reported(layer)]
        self._steps = len(data.train) // engine.batch
        """Full batches of an epoch."""
        like = engine.storage.parameters
        guess = log(engine.plans[0].outputs) if data.task == "classification" else None
        self._losses = LossStatistics(members, engine.batch, len(data.validation), like, guess)
        self._sample = sample(data.train, engine.batch, members)
        self._has_modes = any(map(_has_modes, engine.plans))
        self._unit = loss_unit(engine.losses[0], data.target_scale.deviation)
        self._trial = TrialStep(engine, self._sample, full=self._full)

    def record(self, record: ChunkRecord, first: int) -> None:
        """Record the losses of a chunk of the epoch's steps, from the step `first` on (0 = the first)."""
        if first < self._steps:
            self._losses.record(record.losses, first)

    def record_validation(self, losses: Tensor) -> None:
        """Record the losses (K, n) of the next validation examples."""
        self._losses.record_validation(losses)

    def close_epoch(self, epoch: int, step: int, rate: Tensor, *, is_last: bool) -> list[MeasuredLayers | None]:
        """The measurements of each member at the end of an epoch, after `step` steps of the run, at the learning rates
        (K, 1) of the last step. None for most short epochs, unless `is_last`."""
        of_losses = self._losses.close(self._steps)
        if not (is_last or is_measured(epoch, len(self._examples), self._engine.batch)):
            return [None] * len(self._levels)
        return self._measure(of_losses, epoch, step, rate)

    @torch.inference_mode()
    def _measure(self, of_losses: Readings, epoch: int, step: int, rate: Tensor) -> list[MeasuredLayers | None]:
        """Measure all members; waits for the device once."""
        steps = max(1, self._steps)
        with self._chunk.undone() as before:
            self._engine.seek(step - 1)  # the last step, whose dropout masks are in memory
            readings = self._trial.measure(self._examples, before, rate, steps)
        readings |= of_losses | self._evaluation()
        numbers = to_host(readings)
        return [
            None
            if level == "off"
            else MeasuredLayers(
                report=layer_report(member, self._layers, epoch, step),
                histograms=layer_histograms(member, self._layers, epoch) if level == "full" else None,
            )
            for level, member in zip(self._levels, numbers, strict=True)
        ]

    def _evaluation(self) -> Readings:
        """What the sampled examples show in evaluation mode: activations and scores."""
        engine, plan = self._engine, self._engine.plans[0]
        parts = map(engine.expanded, torch.split(self._sample.inputs, evaluation_rows(plan)))
        scores = SampleScores(engine.loss, self._sample, self._unit)
        number = len(self._sample.inputs)
        activations = measure_activations(engine.network, plan, parts, number, full=self._full, see_outputs=scores.see)
        return activations | scores.readings(self._trial.losses if self._has_modes else None)

    def tensors(self) -> dict[str, Tensor]:
        """What a resumed run needs, by its names in checkpoints."""
        return self._losses.tensors()


def _has_modes(plan: NetworkPlan) -> bool:
    """Whether training mode differs from evaluation mode."""
    layers = [layer for layer in plan.layers if isinstance(layer, DensePlan | ConvPlan)]
    return plan.input_dropout > 0 or any(layer.dropout > 0 or layer.batch_norm is not None for layer in layers)
