"""Measured numbers of K members, on their way from the device to reports."""

from collections.abc import Mapping

import torch
from torch import Tensor

Readings = dict[tuple[str, str], Tensor]
"""Tensors (K,) or (K, n) by layer and statistic; the layer is empty for those of the whole network."""


def to_host(readings: Readings) -> list[dict[tuple[str, str], list[float]]]:
    """The numbers of each member, in one transfer."""
    rows = {key: tensor.double().reshape(len(tensor), -1) for key, tensor in readings.items()}
    if not rows:
        return []
    numbers = torch.cat(list(rows.values()), 1).tolist()
    widths = {key: row.shape[1] for key, row in rows.items()}
    return [_split(member, widths) for member in numbers]


def _split(numbers: list[float], widths: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], list[float]]:
    found: dict[tuple[str, str], list[float]] = {}
    start = 0
    for key, width in widths.items():
        found[key] = numbers[start : start + width]
        start += width
    return found
