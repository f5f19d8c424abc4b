"""The scores of the sampled examples in evaluation mode, and what training mode adds to them."""

import torch
from torch import Tensor

from insight.statistics.losses import paired_t
from models.loss import Loss
from worker.training.statistics.readings import Readings
from worker.training.statistics.sample import Sample


class SampleScores:
    """Losses and accuracies of the sampled examples: with the running statistics and without dropout. The outputs are
    added in parts, like the activations."""

    def __init__(self, loss: Loss, sample: Sample, unit: float) -> None:
        """`unit` converts losses to the unit of the metrics."""
        self._loss, self._sample, self._unit = loss, sample, unit
        self._values: list[Tensor] = []
        self._correct: list[Tensor] = []
        self._place = 0

    def see(self, outputs: Tensor) -> None:
        """Add the network's outputs (K, n, outputs) for the next examples."""
        known = self._sample.sampled_targets[self._place : self._place + outputs.shape[1]]
        targets = known.expand(len(outputs), *known.shape)
        self._values.append(self._loss.values(outputs, targets))
        correct = self._loss.correct(outputs, targets)
        if correct is not None:
            self._correct.append(correct)
        self._place += outputs.shape[1]

    def readings(self, training: Tensor | None) -> Readings:
        """The scores of all examples, and the losses (K, b) of the step's examples in `training` mode beside those in
        evaluation mode; None if both modes are the same."""
        values, weights = torch.cat(self._values, 1).double(), self._sample.evaluation_weights
        readings = Readings()
        readings["", "evaluation_loss"] = self._unit * _mean(values, weights)
        if self._correct:
            readings["", "evaluation_accuracy"] = torch.cat(self._correct, 1).mean(1, dtype=torch.float64)
        if training is None:
            return readings
        evaluation = values[:, self._sample.places]
        readings["", "mode_ratio"] = training.mean(1) / evaluation.mean(1)
        if training.shape[1] > 1:
            readings["", "mode_t"] = paired_t(training, evaluation)
        return readings


def _mean(values: Tensor, weights: Tensor | None) -> Tensor:
    """The mean over the examples, (K,), each with its weight."""
    if weights is None:
        return values.mean(1)
    return (values * weights).sum(1) / weights.sum(dtype=torch.float64)
