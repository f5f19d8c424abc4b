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

    def __init__(self, seeds: Sequence[int], number: int, targets: Tensor, size: int) -> None:
        """`number` is 1 for the first epoch; targets (n,) of all examples; `size` examples in a full step."""
        self.number = number
        self.has_tail = len(targets) % size > 0
        self._members = len(seeds)
        distinct = seeds if len(set(seeds)) > 1 else seeds[:1]
        orders = torch.stack([epoch_order(seed, number, len(targets), targets.device) for seed in distinct])  # (k, n)
        self._full = _cut(orders, size)
        self._tail = orders[:, len(self._full) * size :].contiguous()  # (k, b)
        self._full_targets, self._tail_targets = targets[self._full], targets[self._tail]

    def __len__(self) -> int:
        """Steps, a smaller last one included."""
        return len(self._full) + self.has_tail

    def inputs(self, step: int, examples: Tensor, memory: Tensor) -> Tensor:
        """Inputs of a step, (K, b, inputs): examples (n, inputs) gathered into memory (at least k·b, inputs)."""
        indices = self._full[step] if step < len(self._full) else self._tail  # (k, b), contiguous
        rows = memory[: indices.numel()]
        torch.index_select(examples, 0, indices.view(-1), out=rows)
        return rows.view(*indices.shape, -1).expand(self._members, -1, -1)

    def targets(self, step: int) -> Tensor:
        """Targets of a step, (K, b)."""
        targets = self._full_targets[step] if step < len(self._full) else self._tail_targets
        return targets.expand(self._members, -1)


def _cut(rows: Tensor, size: int) -> Tensor:
    """The full batches of rows (k, n), contiguous (steps, k, size)."""
    full = rows.shape[1] // size
    return rows[:, : full * size].view(len(rows), full, size).transpose(0, 1).contiguous()
