"""The names that each `run.py` defines for its experiment."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from export.script.pieces.data import Data, Split
from export.script.pieces.initial import Initial
from export.script.pieces.losses import Loss
from export.script.pieces.optimizers import Optimizer

FOLDER: Path
SEED: int
DEVICE: str
ROUNDING: torch.dtype | None
PRODUCTS: str
BATCH: int
EPOCHS: int
PLANNED_EPOCHS: int
LEARNING_RATE: float
L1: float
L2: float
CLIP_NORM: float | None
EVALUATION_ROWS: int
LOSS_IN_FLOAT64: bool
DIGEST: str
FILES: Sequence[tuple[str, str, str]]
MIRRORS: Sequence[str]
WEIGHTS: Mapping[str, tuple[tuple[int, int], Initial]]
OTHERS: Mapping[str, tuple[tuple[int, int], Initial]]
RUNNING: Mapping[str, int]
ORIGINAL: Sequence[Sequence[float | None]]
GROUPS: Sequence[tuple[int, int, float, float]]


def load() -> Data:
    """The examples of the training, validation and test parts."""
    raise NotImplementedError


def forward(x: Tensor, p: Mapping[str, Tensor], step: int | None = None) -> Tensor:
    """The network."""
    raise NotImplementedError


def inputs_of(examples: Split, rows: Tensor, epoch: int) -> Tensor:
    """The inputs of a batch."""
    raise NotImplementedError


def gradient_of(loss: Loss, outputs: Tensor, examples: Split, rows: Tensor) -> Tensor:
    """The gradient of a batch's loss."""
    raise NotImplementedError


def schedule(step: Tensor, steps_per_epoch: int) -> Tensor:
    """The factor of the learning rate."""
    raise NotImplementedError


def make_loss(deviation: Sequence[float]) -> Loss:
    """The loss."""
    raise NotImplementedError


def make_optimizer(parameters: Tensor, gradient: Tensor) -> Optimizer:
    """The optimizer."""
    raise NotImplementedError
