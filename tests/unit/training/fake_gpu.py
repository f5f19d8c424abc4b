"""A GPU without memory: tensors that know their shape and device only, so that no GPU is needed.

It notices what would go wrong on a GPU: an operation on tensors of two devices, and a value that the host reads.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch._subclasses import FakeTensorMode
from torch.ops import aten  # type: ignore[import-not-found]
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves, tree_map

GPU = torch.device("cuda:0")

_READS = {Tensor.item, Tensor.tolist, Tensor.__float__, Tensor.__int__, Tensor.__bool__, Tensor.numpy, Tensor.cpu}
_FUSED = {
    aten._fused_adam_.default,
    aten._fused_adam_.tensor_lr,
    aten._fused_adamw_.default,
    aten._fused_adamw_.tensor_lr,
}
"""Kernels that do not work for tensors that only know their shape."""


class WaitsForDevice(Exception):
    """The host waits for the device, which copies a result to the host's memory."""


class FakeGpu(FakeTensorMode):  # type: ignore[no-untyped-call]
    """A mode of torch in which tensors have no memory. Copies between host and device are allowed while the network is
    built, but not in a step."""

    def __init__(self) -> None:
        super().__init__()
        self.in_step = False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operation. Copies between devices are handled here, because torch's build for CPUs does not have
        them."""
        kwargs = kwargs or {}
        if func in _FUSED:
            found = {leaf.device for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)}
            assert found == {GPU}, f"the optimizer's tensors are on {found}"
            return None
        if func is aten.copy_.default:
            return self.copy(*args[:2])
        if func is aten._to_copy.default and (moved := self._moved(*args, **kwargs)) is not None:
            return moved
        if func is aten._standard_gamma.default:  # torch 2.11 has no fake kernel of it
            return torch.empty_like(args[0])
        try:
            return super().__torch_dispatch__(func, types, args, kwargs)
        except RuntimeError as error:
            if "not linked with support for cuda" not in str(error):
                raise
            return self._by_shadows(func, args, kwargs)

    def _by_shadows(self, func: Any, args: Any, kwargs: Any) -> Any:
        """The result of an operation that torch's build for CPUs cannot do on a fake GPU. To find its shape, the
        operation is done on the CPU with zeros."""
        shadows: list[tuple[Tensor, Tensor]] = []

        def shadow(x: Any) -> Any:
            if not isinstance(x, Tensor):
                return x
            assert x.device == GPU, f"{func} reads a tensor of {x.device}"
            length = 1 + sum((size - 1) * stride for size, stride in zip(x.shape, x.stride(), strict=True))
            shadows.append((torch.zeros(max(1, length), dtype=x.dtype).as_strided(x.shape, x.stride()), x))
            return shadows[-1][0]

        def original(y: Any) -> Any:
            if not isinstance(y, Tensor):
                return y
            known = [x for shadowed, x in shadows if shadowed is y]
            with self:
                return known[0] if known else torch.empty_strided(y.shape, y.stride(), dtype=y.dtype, device=GPU)

        return tree_map(original, func(*tree_map(shadow, args), **tree_map(shadow, kwargs)))

    def copy(self, into: Tensor, source: Tensor) -> Tensor:
        """The result of `into.copy_(source)`."""
        self._check(source.device, into.device)
        source.expand(into.shape)
        return into

    def _moved(self, source: Tensor, device: Any = None, dtype: Any = None, **_: Any) -> Tensor | None:
        """The copy of a tensor on another device; None if the device would be the same."""
        target = torch.device(device or source.device)
        if source.device.type == target.type:
            return None
        self._check(source.device, target)
        with self:
            return torch.empty(source.shape, dtype=dtype or source.dtype, device=target)

    def _check(self, source: torch.device, target: torch.device) -> None:
        if self.in_step and source.type != target.type:
            raise WaitsForDevice(f"a copy from {source} to {target}")


class _Functions(TorchFunctionMode):
    """Handles functions that torch implements below its dispatcher, where a build of torch for CPUs would refuse a
    GPU's tensors."""

    def __init__(self, gpu: FakeGpu) -> None:
        super().__init__()
        self._gpu = gpu

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run a function of torch."""
        kwargs = kwargs or {}
        if func in _READS and args[0].is_cuda:
            raise WaitsForDevice(f"the host reads a number: {func.__name__}")
        if func is Tensor.copy_:
            return self._gpu.copy(*args[:2])
        if func is Tensor.new_tensor:
            like, numbers = args
            return torch.tensor(numbers, **{"dtype": like.dtype, "device": like.device, **kwargs})
        if func is Tensor.contiguous:
            return args[0] if args[0].is_contiguous() else torch.empty(args[0].shape, dtype=args[0].dtype, device=GPU)
        if func is Tensor.__getitem__:
            return _view(*args)
        if func is Tensor.__setitem__:
            x, index, value = args
            return self._gpu.copy(_view(x, index), value) if isinstance(value, Tensor) else _view(x, index).fill_(value)
        return func(*args, **kwargs)


def _view(x: Tensor, index: Any) -> Tensor:
    """The view x[index], where the index consists of numbers, slices, None and an ellipsis."""
    parts = list(index) if isinstance(index, tuple) else [index]
    if Ellipsis in parts:
        at = parts.index(Ellipsis)
        named = sum(part is not None and part is not Ellipsis for part in parts)
        parts[at : at + 1] = [slice(None)] * (x.ndim - named)
    axis = 0
    for part in parts:
        match part:
            case None:
                x = x.unsqueeze(axis)
                axis += 1
            case int():
                x = x.select(axis, part)
            case slice():
                start, stop, step = part.indices(x.shape[axis])
                x = aten.slice(x, axis, start, stop, step)
                axis += 1
            case _:
                raise WaitsForDevice(f"an index of type {type(part).__name__}, whose length only the device knows")
    return x


@contextmanager
def fake_gpu() -> Iterator[FakeGpu]:
    """Within the block, all new tensors are fake, on the CPU or the GPU, as requested."""
    with FakeGpu() as mode, _Functions(mode), torch.inference_mode():
        yield mode
