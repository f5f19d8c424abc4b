"""Batches of an epoch, and the memory that a step's batch passes through."""

from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor

from models.seed import epoch_order


class Buffers:
    """Preallocated memory, handed out in the same order for every batch size: a smaller batch gets views of it."""

    def __init__(self, like: Tensor) -> None:
        self._like = like
        self._blocks: list[Tensor] = []
        self._next = 0

    def empty(self, *shape: int) -> Tensor:
        """Contiguous memory of a shape, not initialised."""
        if self._next == len(self._blocks):
            self._blocks.append(self._like.new_empty(prod(shape)))
        block = self._blocks[self._next]
        self._next += 1
        return block[: prod(shape)].view(shape)

    def rewind(self) -> "Buffers":
        """Hand out the first block next."""
        self._next = 0
        return self


class Epoch:
    """The batches of one epoch: each member's permutation of the examples, cut into steps.

    Members that share a seed share the order: then there is one row of indices for all, and one gather a step.
    """

    def __init__(self, seeds: Sequence[int], epoch: int, targets: Tensor, size: int) -> None:
        self._members = len(seeds)
        distinct = list(seeds) if len(set(seeds)) > 1 else [seeds[0]]
        orders = torch.stack([epoch_order(seed, epoch, len(targets), targets.device) for seed in distinct])  # (k, n)
        self._indices = _cut(orders, size)
        self._targets = _cut(targets[orders], size)

    def __len__(self) -> int:
        """Steps, a smaller last one included."""
        return len(self._indices)

    def inputs(self, step: int, examples: Tensor, memory: Tensor) -> Tensor:
        """Inputs of a step, (K, b, inputs): examples (n, inputs) gathered into memory (at least K·b, inputs)."""
        indices = self._indices[step]  # (k, b), contiguous
        rows = memory[: indices.numel()]
        torch.index_select(examples, 0, indices.view(-1), out=rows)
        return rows.view(*indices.shape, -1).expand(self._members, -1, -1)

    def targets(self, step: int) -> Tensor:
        """Targets of a step, (K, b)."""
        return self._targets[step].expand(self._members, -1)


def _cut(rows: Tensor, size: int) -> list[Tensor]:
    """(k, n) as contiguous pieces (k, size), the last maybe smaller."""
    full = rows.shape[1] // size
    pieces = rows[:, : full * size].view(len(rows), full, size).transpose(0, 1).contiguous()
    rest = rows[:, full * size :].contiguous()
    return [*pieces, rest] if rest.numel() else list(pieces)
