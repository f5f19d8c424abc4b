"""Training and evaluation."""

from collections.abc import Iterator
from math import isnan
from typing import NamedTuple

import torch
from torch import Tensor

from export.script.pieces.data import Split
from export.script.pieces.draws import generator
from export.script.pieces.given import (
    BATCH,
    CLIP_NORM,
    DEVICE,
    EPOCHS,
    EVALUATION_ROWS,
    L1,
    L2,
    LEARNING_RATE,
    LOSS_IN_FLOAT64,
    ORIGINAL,
    forward,
    gradient_of,
    inputs_of,
    load,
    make_loss,
    make_optimizer,
    schedule,
)
from export.script.pieces.losses import Loss
from export.script.pieces.optimizers import Optimizer
from export.script.pieces.storage import Storage, frozen, initial_storage

COLUMNS = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "test_loss", "test_accuracy")


class Score(NamedTuple):
    """Mean loss and accuracy; the accuracy is NaN for regression."""

    loss: float
    accuracy: float


def main() -> None:
    """Train, and print a line of metrics after each epoch."""
    print("epoch  " + "  ".join(f"{name:>19}" for name in COLUMNS))
    largest = {"loss": 0.0, "accuracy": 0.0}
    for epoch, numbers in enumerate(run(), 1):
        print(f"{epoch:5}  " + "  ".join(f"{number:19.12g}" for number in numbers), flush=True)
        for name, number, original in zip(COLUMNS, numbers, ORIGINAL[epoch - 1], strict=True):
            kind = name.rpartition("_")[2]
            largest[kind] = max(largest[kind], difference(number, original))
    print("largest difference from the original run: " + ", ".join(f"{k} {v:.2g}" for k, v in largest.items()))


def run() -> Iterator[list[float]]:
    """The metrics after each epoch, in the order of `COLUMNS`."""
    data, storage = load().to(DEVICE), initial_storage()
    loss, optimizer = make_loss(data.deviation), make_optimizer(storage.parameters, storage.gradient)
    for epoch in range(1, EPOCHS + 1):
        train = train_epoch(epoch, data.train, storage, loss, optimizer)
        scores = [train, *(evaluate(split, storage, loss) for split in (data.validation, data.test))]
        yield [number for score in scores for number in (score.loss * loss.unit, score.accuracy)]


def difference(number: float, original: float | None) -> float:
    """The difference between a metric and that of the original run, relative if the latter exceeds 1. The original run
    has None in place of NaN."""
    if original is None or isnan(original) or isnan(number):
        return 0.0 if isnan(number) and (original is None or isnan(original)) else float("inf")
    return 0.0 if number == original else abs(number - original) / max(1.0, abs(original))


def train_epoch(epoch: int, examples: Split, storage: Storage, loss: Loss, optimizer: Optimizer) -> Score:
    """One pass over the examples in a new order. Each example is scored with the parameters before the update of its
    own step."""
    n = len(examples)
    order = torch.randperm(n, generator=generator("order", step=epoch), device=DEVICE)
    batches = order.split(BATCH)  # type: ignore[no-untyped-call]
    total = right = 0.0
    for i, rows in enumerate(batches):
        step = (epoch - 1) * len(batches) + i  # since the start of the run
        outputs = forward(inputs_of(examples, rows, epoch), storage.tensors, step)
        targets, known = examples.targets[rows], outputs.detach()
        storage.gradient.zero_()
        outputs.backward(gradient_of(loss, known, examples, rows))  # type: ignore[no-untyped-call]
        add_penalty(storage)
        clip(storage.gradient)
        with torch.no_grad():
            optimizer.step(learning_rate(step, len(batches)))
        losses = loss.values(known, targets)
        if examples.evaluation_weights is not None:
            losses.mul_(examples.evaluation_weights[rows])
        correct = loss.correct(known, targets)
        total += float(losses.sum(dtype=torch.float64))
        right += torch.nan if correct is None else float(correct.sum(dtype=torch.float64))
    return Score(total / total_weight(examples), right / n)


def weighted_gradient(loss: Loss, outputs: Tensor, examples: Split, rows: Tensor) -> Tensor:
    """The gradient of a batch's loss, with the weights of the examples."""
    gradient = loss.gradient(outputs, examples.targets[rows])
    return gradient if examples.weights is None else gradient.mul_(examples.weights[rows, None])


def learning_rate(step: int, steps_per_epoch: int) -> Tensor:
    """The learning rate of a step, (1,)."""
    factor = schedule(torch.tensor([step], dtype=torch.float64), steps_per_epoch)
    return (factor * LEARNING_RATE).float().to(DEVICE)


@torch.no_grad()
def add_penalty(storage: Storage) -> None:
    """The gradient of l1·Σ|w| + l2·Σw² over all weights."""
    weights, gradient = storage.parameters[: storage.weights], storage.gradient[: storage.weights]
    if L1:
        gradient.addcmul_(weights.sign(), weights.new_tensor([L1]))
    if L2:
        gradient.addcmul_(weights, weights.new_tensor([L2]), value=2)


@torch.no_grad()
def clip(gradient: Tensor) -> None:
    """Scale a gradient whose norm exceeds the limit down to the limit."""
    if CLIP_NORM is None:
        return
    norm = torch.dot(gradient, gradient).sqrt() if DEVICE == "cpu" else torch.linalg.vector_norm(gradient)
    gradient.mul_((gradient.new_tensor(CLIP_NORM) / (norm + 1e-6)).clamp_(max=1))


@torch.inference_mode()
def evaluate(split: Split, storage: Storage, loss: Loss) -> Score:
    """Mean loss and accuracy of a part, with the running statistics and without dropout."""
    total = right = 0.0
    for first in range(0, len(split), EVALUATION_ROWS):
        rows = slice(first, first + EVALUATION_ROWS)
        outputs, targets = forward(as_numbers(split.inputs[rows]), frozen(storage.tensors)), split.targets[rows]
        correct = loss.correct(outputs, targets)
        if LOSS_IN_FLOAT64:
            outputs, targets = outputs.double(), targets.double() if targets.is_floating_point() else targets
        values = loss.values(outputs, targets)
        if split.evaluation_weights is not None:
            values.mul_(split.evaluation_weights[rows])
        total += float(values.sum(dtype=torch.float64))
        right += torch.nan if correct is None else float(correct.sum(dtype=torch.float64))
    if not len(split):
        return Score(torch.nan, torch.nan)
    return Score(total / total_weight(split), right / len(split))


def as_numbers(inputs: Tensor) -> Tensor:
    """Inputs as the network reads them: bytes become numbers divided by 255."""
    if inputs.dtype != torch.uint8:
        return inputs
    return inputs.float().div_(torch.full((), 255.0, device=DEVICE))  # by a plain 255 a GPU would multiply with 1/255


def total_weight(split: Split) -> float:
    """The sum of the examples' weights in reported losses: n if all are equal."""
    weights = split.evaluation_weights
    return len(split) if weights is None else float(weights.sum(dtype=torch.float64))
