"""Matrix products in the number format that a spec asks for."""

import platform
from collections.abc import Callable
from functools import partial
from typing import assert_never

import torch
from torch import Tensor

from gradus.spec.precision import Precision

ONEDNN_FROM = 4_000_000
"""Multiplications from which oneDNN's products are worth their 12 µs overhead."""

Run = Callable[[], object]
"""Computes a product once more, from what its operands' memory then holds."""


class Products:
    """Products of matrices, one for each of K members, bound to the memory of operands and result.

    A step multiplies the same memory every time: making the views of it once saves some 40 µs a step.

    Large float32 products on an x86 CPU go through oneDNN: it uses AVX-512 on every maker's CPUs, where MKL, behind
    `torch.bmm`, keeps to AVX2 on some (100 µs against 160 for 50 x 784 x 300 on an AMD EPYC). Which way a product goes
    depends on its shape alone, so equal runs have equal bits.
    """

    def __init__(self, rounding: torch.dtype | None) -> None:
        """`rounding` is the type that operands are rounded to, if any; sums are kept in their own."""
        self._rounding = rounding
        self._onednn = platform.machine() in {"x86_64", "AMD64"} and hasattr(torch.ops.mkldnn, "_linear_pointwise")

    def bind(self, a: Tensor, b: Tensor, out: Tensor, bias: Tensor | None = None) -> Run:
        """out ← a b + bias, for a (K, m, n), b (K, n, l), out (K, m, l) and bias (K, 1, l)."""
        if self._rounding is None:
            return self._bind(a, b, out, bias)
        rounded = torch.empty_like(a), torch.empty_like(b)
        product = self._bind(*rounded, out, bias)

        def run() -> None:
            for mine, operand in zip(rounded, (a, b), strict=True):
                mine.copy_(operand.to(self._rounding))
            product()

        return run

    def _bind(self, a: Tensor, b: Tensor, out: Tensor, bias: Tensor | None) -> Run:
        if self._suits_onednn(a, b):
            return _onednn(a, b, out, bias)
        if bias is None:
            return partial(torch.bmm, a, b, out=out)
        return partial(torch.baddbmm, bias, a, b, out=out)

    def _suits_onednn(self, a: Tensor, b: Tensor) -> bool:
        work = a.shape[1] * a.shape[2] * b.shape[2]
        return self._onednn and work >= ONEDNN_FROM and a.dtype == torch.float32 and a.device.type == "cpu"


def _onednn(a: Tensor, b: Tensor, out: Tensor, bias: Tensor | None) -> Run:
    linear: Callable[..., Tensor] = torch.ops.mkldnn._linear_pointwise.default  # not in every build of torch
    shifts = [None] * len(a) if bias is None else [row[0] for row in bias]
    members = list(zip(a, b.mT, shifts, out, strict=True))

    def run() -> None:
        for left, right, shift, result in members:
            result.copy_(linear(left, right, shift, "none", [], ""))

    return run


def above_zero(number: float, dtype: torch.dtype) -> float:
    """The number, or the smallest positive one of the type: a smaller one is 0 to it, and 0 / 0 no number."""
    return max(number, torch.finfo(dtype).tiny)


def products(precision: Precision) -> Products:
    """The products of a precision."""
    match precision:
        case "float32":
            return Products(None)
        case "bfloat16":
            return Products(torch.bfloat16)
        case _:
            assert_never(precision)
