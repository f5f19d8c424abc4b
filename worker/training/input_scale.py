"""The scale of the training examples' inputs, which the first layer gets."""

import torch
from torch import Tensor

from insight.prior import InputScale
from models.batch import Scale
from worker.training.data import Data, Split

MEASURED = 2000
"""Maximum number of training examples that are measured."""
NUMBERS = 2**24
"""Maximum number of input values in these examples: 64 MiB, of which a few copies are made."""
LEAST = 100
"""Minimum number of examples that are measured, however many inputs they have."""


def measured_places(data: Data) -> Tensor:
    """The training examples that are measured: random, but the same for all runs on the data."""
    places = torch.randperm(len(data.train), generator=torch.Generator().manual_seed(0))
    return places[: min(MEASURED, max(LEAST, NUMBERS // data.plan.inputs))]


def input_scale(data: Data) -> InputScale:
    """The scale of the inputs."""
    x = numbers(data.train, measured_places(data))
    return scale_of(x, data)


def scale_of(x: Tensor, data: Data) -> InputScale:
    """The scale of these inputs (n, inputs)."""
    deviation = x.std(0, correction=0)
    spread = deviation[_numeric(data, len(deviation)) & vary(x, deviation)]
    return InputScale(
        rms=float(x.square().mean().sqrt()),
        largest_deviation=float(deviation.max()),
        deviation_ratio=float(spread.max() / spread.median()) if len(spread) > 1 else None,
    )


def numbers(split: Split, places: Tensor) -> Tensor:
    """The inputs of examples as numbers, (n, inputs), float32, on the CPU."""
    rows = split.inputs[places.to(split.inputs.device)].cpu()
    return rows.float() if split.largest is None else Scale(split.largest, torch.empty(0)).numbers(rows)


def vary(x: Tensor, deviation: Tensor) -> Tensor:
    """Which inputs (n, inputs), with these standard deviations, are not constant."""
    return deviation > 1e-7 * x.abs().amax(0).clamp(min=1e-30)


def _numeric(data: Data, width: int) -> Tensor:
    """Which inputs are numbers of a table, whose scales may differ; all inputs of an image are of one kind."""
    blocks = data.plan.blocks
    if not blocks:
        return torch.full((width,), len(data.plan.input_shape) == 1)
    numeric = torch.zeros(width, dtype=torch.bool)
    for block in blocks:
        if block.kind == "number":
            numeric[block.start : block.start + block.width] = True
    return numeric
