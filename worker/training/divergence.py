"""When a run counts as diverged, and where that was first seen.

Two rules. A loss or a parameter that is not finite ends a run: the first such step and layer are found by replay.
But a ReLU network at an absurd learning rate often ends with dead units and a huge, finite loss; so a run also ends
with an epoch that was hopeless, measured by R, the larger of the loss of knowing nothing (ln classes, or the targets'
variance) and the loss of the run's first step:

- its mean training loss was over 10⁶ R; or
- its mean training loss and the validation loss at its end were both over 40 R (a validation loss of NaN counts).

Networks that learn stay below R. Of those that recover from a bad start, none came near in trials of six optimizers
at learning rates from 0.1 to 1 000 on three data sets; every classifier at 1 000 was caught in its first epoch.
"""

from math import inf, log

import torch
from torch import Tensor

from gradus.spec.loss import Task
from worker.training.engine import Batch, Engine

EXPLODED = 1e6
HOPELESS = 40.0


class DivergenceMonitor:
    """What the second rule remembers of K members."""

    def __init__(self, members: int, targets: Tensor, classes: int, task: Task) -> None:
        """Training targets (n,), and the number of classes where there are any."""
        ignorance = log(classes) if task == "classification" else _spread(targets)
        self._ignorance = ignorance
        self._reference = torch.full((members,), ignorance, dtype=torch.float64, device=targets.device)
        self._first_high = torch.full_like(self._reference, inf)

    def see(self, losses: Tensor, first: int) -> None:
        """Take note of the losses (steps, K, b) of the steps from `first` (0 = the run's first)."""
        means = losses.mean(2, dtype=torch.float64)  # (steps, K)
        if first == 0:
            torch.fmax(self._reference, means[0], out=self._reference)
        steps = torch.arange(first + 1, first + 1 + len(means), device=means.device)[:, None]
        high = torch.where(means > HOPELESS * self._reference, steps, inf).amin(0)
        torch.minimum(self._first_high, high, out=self._first_high)

    def forget_steps(self) -> None:
        """Start an epoch."""
        self._first_high.fill_(inf)

    def tensors(self) -> dict[str, Tensor]:
        """All that it remembers, by name."""
        return {"watch.reference": self._reference, "watch.first_high": self._first_high}

    def began_exploding(self, member: int) -> bool:
        """Whether the first step's loss, of untouched weights, was as bad already."""
        return float(self._reference[member]) > HOPELESS * self._ignorance

    def exploding(self, train_loss: Tensor, validation_loss: Tensor) -> Tensor:
        """The first bad step of members whose epoch was hopeless, 0 for the others; float64, (K,), as the losses."""
        poor = (train_loss > HOPELESS * self._reference) & ~(validation_loss <= HOPELESS * self._reference)
        return torch.where(poor | (train_loss > EXPLODED * self._reference), self._first_high, 0.0)


def _spread(targets: Tensor) -> float:
    """The loss of answering the targets' mean; 1, the unit of standardized targets, where all are equal.

    With a spread of 0 every loss would be hopeless.
    """
    values = targets.double()
    variance, rounding = float(values.var(correction=0)), torch.finfo(torch.float32).eps * float(values.mean())
    return variance if variance > rounding**2 else 1.0


def nonfinite(engine: Engine, losses: Tensor) -> list[int]:
    """Members with a loss (steps, K, b) or a parameter that is not finite. Waits for the device: once a chunk.

    What is not finite makes a sum that is not: only such a sum is looked into, which takes three times as long.
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
    """The layer that holds the parameter of the largest size: where a hopeless run went."""
    blocks = engine.storage.layout.parameters.values()
    return max(blocks, key=lambda b: float(b.of(engine.storage.parameters)[member].abs().max())).layer
