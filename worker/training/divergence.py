"""Detection of divergence, by two rules.

A run diverges if a loss or a parameter is not finite; repeating the chunk finds the first such step and layer.
But with far too large a learning rate, a ReLU network often ends with dead units and a huge, finite loss. So a run also
diverges if the loss of an epoch explodes. Let R be the larger of the loss of a constant prediction (ln classes, or the
targets' variance) and the loss of the run's first step. The loss explodes if

- the mean training loss of the epoch exceeds 10⁶ R; or
- the mean training loss and the validation loss after the epoch both exceed 40 R (a validation loss of NaN counts).

Networks that learn stay below R. Networks that recovered from a bad start never came near the limits in trials of six
optimizers at learning rates from 0.1 to 1 000 on three data sets; every classifier at 1 000 was detected in its first
epoch.
"""

from math import inf, log

import torch
from torch import Tensor

from gradus.spec.loss import Task
from worker.training.engine import Batch, Engine

TRAINING_LIMIT = 1e6
BOTH_LIMIT = 40.0


class DivergenceMonitor:
    """The second rule, for K members."""

    def __init__(self, members: int, targets: Tensor, classes: int, task: Task) -> None:
        """`targets` are the training targets (n,); `classes` is the number of classes, ignored for regression."""
        constant_loss = log(classes) if task == "classification" else _variance(targets)
        self._constant_loss = constant_loss
        self._reference = torch.full((members,), constant_loss, dtype=torch.float64, device=targets.device)
        self._first_high = torch.full_like(self._reference, inf)

    def record(self, losses: Tensor, first: int) -> None:
        """Record the losses (steps, K, b) of the steps from `first` on (0 = the first of the run)."""
        means = losses.mean(2, dtype=torch.float64)  # (steps, K)
        if first == 0:
            torch.fmax(self._reference, means[0], out=self._reference)
        steps = torch.arange(first + 1, first + 1 + len(means), device=means.device)[:, None]
        high = torch.where(means > BOTH_LIMIT * self._reference, steps, inf).amin(0)
        torch.minimum(self._first_high, high, out=self._first_high)

    def start_epoch(self) -> None:
        """Reset what belongs to the previous epoch."""
        self._first_high.fill_(inf)

    def tensors(self) -> dict[str, Tensor]:
        """The monitor's state, by its names in checkpoints."""
        return {"watch.reference": self._reference, "watch.first_high": self._first_high}

    def exploded_at_start(self, member: int) -> bool:
        """Whether the loss of the first step, with the initial weights, already exceeded the limit."""
        return float(self._reference[member]) > BOTH_LIMIT * self._constant_loss

    def exploding(self, train_loss: Tensor, validation_loss: Tensor) -> Tensor:
        """For members whose loss exploded in this epoch, the first step with a loss above the limit; 0 for the others.

        The losses and the result are float64, (K,).
        """
        poor = (train_loss > BOTH_LIMIT * self._reference) & ~(validation_loss <= BOTH_LIMIT * self._reference)
        return torch.where(poor | (train_loss > TRAINING_LIMIT * self._reference), self._first_high, 0.0)


def _variance(targets: Tensor) -> float:
    """The variance of the targets, which is the loss of predicting their mean; 1 if all targets are equal.

    With a variance of 0 every loss would count as exploded; 1 is the variance of standardized targets.
    """
    values = targets.double()
    variance, rounding = float(values.var(correction=0)), torch.finfo(torch.float32).eps * float(values.mean())
    return variance if variance > rounding**2 else 1.0


def nonfinite(engine: Engine, losses: Tensor) -> list[int]:
    """Members with a loss (steps, K, b) or a parameter that is not finite. Waits for the device, once per chunk.

    Non-finite numbers make their sum non-finite. The single numbers are checked only if the sum is non-finite, because
    that takes three times as long.
    """
    if (losses.sum() + engine.storage.parameters.sum()).isfinite():
        return []
    sound = losses.isfinite().all(2).all(0) & engine.storage.parameters.isfinite().all(1)
    return [k for k, good in enumerate(sound.tolist()) if not good]


def bad_output(engine: Engine, examples: Tensor, batch: Batch, member: int) -> str | None:
    """The first layer whose output is not finite in the step's forward pass; `output` if only the loss is not."""
    rows, targets = batch
    outputs = engine.forward(examples, rows)
    for name, output in engine.layer_outputs(rows).items():
        if not output[member].isfinite().all():
            return name
    return None if engine.loss.values(outputs, targets)[member].isfinite().all() else "output"


def bad_parameter(engine: Engine, member: int) -> str | None:
    """The first layer with a parameter that is not finite."""
    blocks = engine.storage.layout.parameters.values()
    bad = {b.layer for b in blocks if not b.of(engine.storage.parameters)[member].isfinite().all()}
    return next((layer.name for layer in engine.plans[0].layers if layer.name in bad), None)


def largest_layer(engine: Engine, member: int) -> str:
    """The layer with the largest absolute parameter, to name in the error of a run whose loss exploded."""
    blocks = engine.storage.layout.parameters.values()
    return max(blocks, key=lambda b: float(b.of(engine.storage.parameters)[member].abs().max())).layer
