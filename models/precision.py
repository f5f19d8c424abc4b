"""Matrix products in the number format of a spec's `precision`."""

import platform
from collections.abc import Callable
from functools import partial
from typing import assert_never

import torch
from torch import Tensor

from gradus.device_name import ONEDNN_EVERYWHERE
from gradus.spec.precision import Precision

ONEDNN_FROM = 4_000_000
"""Number of multiplications from which oneDNN's products are worth their overhead of 12 µs."""

Run = Callable[[], object]
"""Computes the bound product from the current contents of its operands."""


class Products:
    """Batched matrix products of K members, bound to the memory of operands and result.

    Every step multiplies the same memory; creating the views only once saves about 40 µs per step.

    Which library is faster for large float32 products on an x86 CPU depends on the CPU; `models.product_library`
    measures it. oneDNN uses AVX-512 on all CPUs that have it, but has to copy its result; MKL, which `torch.bmm` calls,
    is limited to AVX2 on some (160 µs instead of 100 µs for 50 x 784 x 300 on an AMD EPYC). With given libraries, the
    choice depends only on the product's shape, so equal runs give equal bits.
    """

    def __init__(self, rounding: torch.dtype | None, libraries: str = ONEDNN_EVERYWHERE) -> None:
        """`rounding` is the dtype that operands are rounded to, or None. Sums keep the operands' own dtype. `libraries`
        names the library for each large product, as a `CpuName` does."""
        self._rounding = rounding
        self._libraries = libraries
        self._onednn = platform.machine() in {"x86_64", "AMD64"} and hasattr(torch.ops.mkldnn, "_linear_pointwise")

    def bind(self, a: Tensor, b: Tensor, out: Tensor, bias: Tensor | None = None) -> Run:
        """out ← a b + bias, for a (K, m, n), b (K, n, l), out (K, m, l) and bias (K, 1, l)."""
        if self._rounding is None:
            return self._bind(a, b, out, bias)
        rounded = torch.empty_like(a), torch.empty_like(b)
        product = self._bind(*rounded, out, bias)

        def run() -> None:
            for copy, operand in zip(rounded, (a, b), strict=True):
                copy.copy_(operand.to(self._rounding))
            product()

        return run

    def rounded(self, operand: Tensor) -> Tensor:
        """An operand of a product, rounded to the number format; the operand itself for float32."""
        return operand if self._rounding is None else operand.to(self._rounding).to(operand.dtype)

    def _bind(self, a: Tensor, b: Tensor, out: Tensor, bias: Tensor | None) -> Run:
        if self._suits_onednn(a, b):
            return _onednn(a, b, out, bias)
        if bias is None:
            return partial(torch.bmm, a, b, out=out)
        return partial(torch.baddbmm, bias, a, b, out=out)

    def _suits_onednn(self, a: Tensor, b: Tensor) -> bool:
        work = a.shape[1] * a.shape[2] * b.shape[2]
        if not self._onednn or work < ONEDNN_FROM or a.dtype != torch.float32 or a.device.type != "cpu":
            return False
        return self._libraries[_role(a, b)] == "o"


def _role(a: Tensor, b: Tensor) -> int:
    """The product's index in `libraries`: 0 for x W, 1 for xᵀ dz, 2 for dz Wᵀ. They differ in the transposed
    operand."""
    if a.stride(-1) != 1:
        return 1
    return 0 if b.stride(-1) == 1 else 2


def _onednn(a: Tensor, b: Tensor, out: Tensor, bias: Tensor | None) -> Run:
    linear: Callable[..., Tensor] = torch.ops.mkldnn._linear_pointwise.default  # missing in some builds of torch
    shifts = [None] * len(a) if bias is None else [row[0] for row in bias]
    members = list(zip(a, b.mT, shifts, out, strict=True))

    def run() -> None:
        for left, right, shift, result in members:
            result.copy_(linear(left, right, shift, "none", [], ""))

    return run


def clamp_to_tiny(number: float, dtype: torch.dtype) -> float:
    """The number, but at least the dtype's smallest normal number: a smaller eps may become 0, and 0 / 0 is NaN."""
    return max(number, torch.finfo(dtype).tiny)


def products(precision: Precision, libraries: str = ONEDNN_EVERYWHERE) -> Products:
    """The matrix products in a precision. `libraries` names the library for each large product, as a `CpuName` does."""
    match precision:
        case "float32":
            return Products(None, libraries)
        case "bfloat16":
            return Products(torch.bfloat16, libraries)
        case _:
            assert_never(precision)
