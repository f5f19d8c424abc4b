"""The places of a network's tensors in flat storage, which holds all parameters in one row of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from gradus.spec.network import NetworkPlan


class Array(Protocol):
    """An array of torch or numpy."""

    def __len__(self) -> int: ...
    def __getitem__(self, key: Any, /) -> Any: ...


Flat = TypeVar("Flat", bound=Array)

ALIGNMENT = 16
"""Every block starts at a multiple of this many numbers: 64 bytes, a cache line, which suits vector instructions."""


VECTORS = frozenset({"bias", "gamma", "beta", "running_mean", "running_variance", "scale"})
"""Tensors of shape (1, n) that are shown as vectors (n,)."""


@dataclass(frozen=True)
class Block:
    """A named tensor within the flat storage."""

    name: str
    """The layer's path and the tensor's name, such as `layers/0.weight` or `output.bias`."""
    start: int
    shape: tuple[int, int]

    @property
    def layer(self) -> str:
        """The path of the block's layer."""
        return self.name.rpartition(".")[0]

    @property
    def end(self) -> int:
        """Offset after the last number of the block."""
        return self.start + self.shape[0] * self.shape[1]

    def of(self, flat: Flat) -> Flat:
        """The block's view (K, *shape) of flat storage (K, n), of torch or numpy."""
        view: Flat = flat[:, self.start : self.end].reshape(len(flat), *self.shape)
        return view


@dataclass(frozen=True)
class Layout:
    """Offsets within a member's row of flat storage: first the weights of all layers, then all other parameters; gaps
    stay zero."""

    parameters: dict[str, Block]
    statistics: dict[str, Block]
    weights: int
    """Offset of the end of the weights."""
    size: int
    """Length of a row of parameters."""
    statistics_size: int


def layout(plan: NetworkPlan) -> Layout:
    """The layout of a network's parameters and running statistics."""
    tensors = [(f"{layer.name}.{tensor.name}", tensor) for layer in plan.layers for tensor in layer.tensors]
    weights = [(name, tensor.shape) for name, tensor in tensors if tensor.is_weight]
    others = [(name, tensor.shape) for name, tensor in tensors if not tensor.is_weight]
    running = [(f"{layer.name}.{tensor.name}", tensor.shape) for layer in plan.layers for tensor in layer.running]
    parameters, size = _placed([*weights, *others])
    statistics, statistics_size = _placed(running)
    return Layout(parameters, statistics, parameters[weights[-1][0]].end, size, statistics_size)


def _placed(shapes: Sequence[tuple[str, tuple[int, int]]]) -> tuple[dict[str, Block], int]:
    blocks: dict[str, Block] = {}
    start = 0
    for name, shape in shapes:
        blocks[name] = Block(name, start, shape)
        start = -(-blocks[name].end // ALIGNMENT) * ALIGNMENT
    return blocks, start
