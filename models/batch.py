"""The batches of an epoch, and preallocated memory for the tensors of a step."""

from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor

from gradus.spec.augment import Augment
from models.seed import epoch_permutation


class Buffers:
    """Preallocated memory blocks, handed out in the same order for every batch size: a smaller batch gets views of the
    same blocks."""

    def __init__(self, like: Tensor) -> None:
        self._like = like
        self._blocks: list[Tensor] = []
        self._next = 0

    def empty(self, *shape: int) -> Tensor:
        """An uninitialized contiguous tensor of this shape."""
        if self._next == len(self._blocks):
            self._blocks.append(self._like.new_empty(prod(shape)))
        block = self._blocks[self._next]
        self._next += 1
        return block[: prod(shape)].view(shape)

    def rewind(self) -> "Buffers":
        """Start again with the first block."""
        self._next = 0
        return self


class Scale:
    """Converts bytes to numbers: x / largest, with the bits of an IEEE division on every device."""

    def __init__(self, largest: float, like: Tensor) -> None:
        self._largest = like.new_tensor(largest)  # by a Python number, CUDA would multiply with the reciprocal

    def __call__(self, examples: Tensor, out: Tensor) -> Tensor:
        """Write the numbers of examples (n, inputs) in uint8 to out."""
        return out.copy_(examples).div_(self._largest)

    def numbers(self, examples: Tensor) -> Tensor:
        """The examples (n, inputs) as numbers in new memory, if they are bytes."""
        return self(examples, self._largest.new_empty(examples.shape)) if examples.dtype == torch.uint8 else examples


class Gather:
    """Gathers the inputs of a step's batch, always in the same memory.

    Members that share a permutation of the examples share the gathered inputs, too. Byte examples are converted only
    after they are gathered: the rows of a batch lie far apart, and a quarter of the memory is read (55 µs instead of 90
    µs for 50 rows of MNIST, division included).
    """

    def __init__(
        self, members: int, orders: int, batch: int, inputs: int, buffers: Buffers, scale: Scale | None = None
    ) -> None:
        """`orders` is 1 if all members share one permutation, else K. `scale` converts byte examples; None for examples
        in floating point."""
        self._rows = buffers.empty(orders * batch, inputs)
        self._inputs = self._rows.view(orders, batch, inputs).expand(members, -1, -1)
        self._scale = scale
        self._bytes = self._rows.new_empty(self._rows.shape if scale else (0,), dtype=torch.uint8)

    def __call__(self, examples: Tensor, rows: Tensor) -> Tensor:
        """Inputs (K, b, inputs) of the given rows (orders·b,) of the examples (n, inputs)."""
        if self._scale is None:
            torch.index_select(examples, 0, rows, out=self._rows)
        else:
            torch.index_select(examples, 0, rows, out=self._bytes)
            self._scale(self._bytes, self._rows)
        return self._inputs


def distinct_orders(seeds: Sequence[int], words: Sequence[Augment] = ()) -> Sequence[int]:
    """Only the first seed if all seeds and all augmentations are equal, because then all members see the same inputs;
    otherwise all seeds."""
    return seeds if len(set(seeds)) > 1 or any(one != words[0] for one in words) else seeds[:1]


class EpochBatches:
    """The mini-batches of one epoch: each member's permutation of the examples, split into steps."""

    def __init__(
        self,
        seeds: Sequence[int],
        number: int,
        targets: Tensor,
        size: int,
        weights: Tensor | None = None,
        evaluation_weights: Tensor | None = None,
        words: Sequence[Augment] = (),
    ) -> None:
        """`number` is 1 for the first epoch; `targets` (n,) or (n, t) and weights (n,) are those of all examples;
        `size` is the batch size; `words` are the members' augmentations."""
        self.number = number
        self.has_tail = len(targets) % size > 0
        distinct = distinct_orders(seeds, words)
        orders = torch.stack(
            [epoch_permutation(seed, number, len(targets), targets.device) for seed in distinct]
        )  # (k, n)
        full = _full_batches(orders, size)
        tail = orders[:, len(full) * size :].contiguous()  # (k, b)
        steps = [*full.unbind(), tail] if self.has_tail else list(full.unbind())
        self.rows = [step.view(-1) for step in steps]
        """For each step, the example indices of every distinct permutation, concatenated."""
        rows = full, tail, len(seeds)
        self._targets = _Dealt(targets, *rows)
        self._weights = None if weights is None else _Dealt(weights, *rows)
        self._evaluation_weights = None if evaluation_weights is None else _Dealt(evaluation_weights, *rows)

    def __len__(self) -> int:
        """Number of steps, including a smaller last batch."""
        return len(self.rows)

    def targets(self, steps: range) -> Tensor:
        """Targets of full batches, or of the smaller last batch alone, (steps, K, b) or (steps, K, b, t)."""
        return self._targets.of(steps)

    def weights(self, steps: range) -> Tensor | None:
        """Weights in the gradient, (steps, K, b); None if all are equal."""
        return None if self._weights is None else self._weights.of(steps)

    def evaluation_weights(self, steps: range) -> Tensor | None:
        """Weights in reported losses, (steps, K, b); None if all are equal."""
        return None if self._evaluation_weights is None else self._evaluation_weights.of(steps)


class _Dealt:
    """A value for each example, such as its target, in the order in which the steps of an epoch use the examples."""

    def __init__(self, values: Tensor, full: Tensor, tail: Tensor, members: int) -> None:
        """`values` (n, ...) of all examples; indices of the full batches (steps, k, b) and of the last one (k, b)."""
        rest = [-1] * values.ndim  # the batch, and the axes of a value
        self._full = values[full].expand(-1, members, *rest)
        self._tail = values[tail].expand(members, *rest)

    def of(self, steps: range) -> Tensor:
        """The values of full batches, or of the smaller last batch alone, (steps, K, b, ...)."""
        return self._full[steps.start : steps.stop] if steps.start < len(self._full) else self._tail[None]


def _full_batches(rows: Tensor, size: int) -> Tensor:
    """The full batches of the rows (k, n), contiguous, (steps, k, size)."""
    full = rows.shape[1] // size
    return rows[:, : full * size].view(len(rows), full, size).transpose(0, 1).contiguous()
