"""Detection of divergence, by two rules.

A run diverges if a loss or a parameter is not finite; repeating the chunk finds the first such step and layer.
But with far too large a learning rate, a ReLU network often ends with dead units and a huge, finite loss. So a run also
diverges if the loss of an epoch explodes. Let R be the larger of the loss of a constant prediction (ln classes, ln 2
for labels, or the loss of the targets' mean: for squared errors their variance) and the loss of the run's first step.
The loss explodes if

- the mean training loss of the epoch exceeds 10⁶ R; or
- the mean training loss and the validation loss after the epoch both exceed 40 R (a validation loss of NaN counts).

Networks that learn stay below R. Networks that recovered from a bad start never came near the limits in trials of six
optimizers at learning rates from 0.1 to 1 000 on three data sets; every classifier at 1 000 was detected in its first
epoch.
"""

from collections.abc import Sequence
from math import inf, log
from typing import assert_never

import torch
from torch import Tensor

from gradus.spec.loss import (
    AbsoluteLoss,
    BinaryCrossEntropy,
    ConcreteLoss,
    CrossEntropy,
    HuberLoss,
    QuantileLoss,
    SquaredLoss,
)
from models.loss import loss
from worker.training.engine import Batch, Engine

TRAINING_LIMIT = 1e6
BOTH_LIMIT = 40.0


class DivergenceMonitor:
    """The second rule, for K members."""

    def __init__(self, constant_losses: Sequence[float], device: torch.device) -> None:
        """`constant_losses` are the `constant_loss` of each member."""
        self._constant_losses = constant_losses
        self._reference = torch.tensor(constant_losses, dtype=torch.float64, device=device)
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
        return float(self._reference[member]) > BOTH_LIMIT * self._constant_losses[member]

    def exploding(self, train_loss: Tensor, validation_loss: Tensor) -> Tensor:
        """For members whose loss exploded in this epoch, the first step with a loss above the limit; 0 for the others.

        The losses and the result are float64, (K,).
        """
        poor = (train_loss > BOTH_LIMIT * self._reference) & ~(validation_loss <= BOTH_LIMIT * self._reference)
        return torch.where(poor | (train_loss > TRAINING_LIMIT * self._reference), self._first_high, 0.0)


def constant_loss(kind: ConcreteLoss, targets: Tensor, outputs: int, deviation: Sequence[float] = (1.0,)) -> float:
    """The loss of a constant prediction for standardized training targets, (n,) or (n, outputs).

    1 if all targets of a regression are equal: with 0 every loss would count as exploded.
    """
    match kind:
        case CrossEntropy():
            return log(outputs)
        case BinaryCrossEntropy():
            return log(2)
        case SquaredLoss() | AbsoluteLoss() | HuberLoss() | QuantileLoss():
            values = targets.double().view(len(targets), outputs)
            variance, mean = values.var(0, correction=0), values.mean(0)
            if not (variance > (torch.finfo(torch.float32).eps * mean).square()).any():
                return 1.0
            losses = loss([kind], deviation, mean).values(mean.expand(1, *values.shape), values[None])
            return float(losses.mean())
        case _:
            assert_never(kind)


def nonfinite(engine: Engine, losses: Sequence[Tensor]) -> list[int]:
    """Members with a loss, in several (steps, K, b), or a parameter that is not finite. Waits for the device, once.

    Non-finite numbers make their sum non-finite. The single numbers are checked only if the sum is non-finite, because
    that takes three times as long.
    """
    if torch.stack([engine.storage.parameters.sum(), *(one.sum() for one in losses)]).sum().isfinite():
        return []
    finite = [one.isfinite().all(2).all(0) for one in losses]
    sound = torch.stack([engine.storage.parameters.isfinite().all(1), *finite]).all(0)
    return [k for k, good in enumerate(sound.tolist()) if not good]


def bad_output(engine: Engine, examples: Tensor, batch: Batch, member: int) -> str | None:
    """The first layer whose output is not finite in the step's forward pass; `output` if only the loss is not."""
    rows, targets, _ = batch
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
