"""Matrix products in the number format that a spec asks for."""

import platform
from collections.abc import Callable
from typing import assert_never

import torch
from torch import Tensor

from gradus.spec.precision import Precision

ONEDNN_FROM = 4_000_000
"""Multiplications from which oneDNN's products are worth their 12 µs overhead."""

_LINEAR: Callable[..., Tensor] = torch.ops.mkldnn._linear_pointwise.default


class Products:
    """The three products of a dense layer, one for each of K members, into given memory.

    Large float32 products on an x86 CPU go through oneDNN: it uses AVX-512 on every maker's CPUs, where MKL, behind
    `torch.bmm`, keeps to AVX2 on some (100 µs against 160 for 50 x 784 x 300 on an AMD EPYC). Which way a product goes
    depends on its shape alone, so equal runs have equal bits.
    """

    def __init__(self, operand: Callable[[Tensor], Tensor]) -> None:
        self._operand = operand
        self._onednn = bool(torch._C._has_mkldnn) and platform.machine() in {"x86_64", "AMD64"}

    def sums(self, x: Tensor, weight: Tensor, bias: Tensor | None, out: Tensor) -> Tensor:
        """x W + b: (K, b, in) by (K, in, units), bias (K, 1, units)."""
        return self._product(self._operand(x), self._operand(weight), bias, out)

    def weight_gradient(self, x: Tensor, dz: Tensor, out: Tensor) -> Tensor:
        """xᵀ dz: (K, b, in) by (K, b, units) to (K, in, units)."""
        return self._product(self._operand(x).mT, self._operand(dz), None, out)

    def input_gradient(self, dz: Tensor, weight: Tensor, out: Tensor) -> Tensor:
        """dz Wᵀ: (K, b, units) by (K, in, units) to (K, b, in)."""
        return self._product(self._operand(dz), self._operand(weight).mT, None, out)

    def _product(self, a: Tensor, b: Tensor, bias: Tensor | None, out: Tensor) -> Tensor:
        if self._suits_onednn(a, b):
            for k in range(len(a)):
                shift = None if bias is None else bias[k, 0]
                out[k] = _LINEAR(a[k], b[k].mT, shift, "none", [], "")
            return out
        if bias is None:
            return torch.bmm(a, b, out=out)
        return torch.baddbmm(bias, a, b, out=out)

    def _suits_onednn(self, a: Tensor, b: Tensor) -> bool:
        work = a.shape[1] * a.shape[2] * b.shape[2]
        return self._onednn and work >= ONEDNN_FROM and a.dtype == torch.float32 and a.device.type == "cpu"


def products(precision: Precision) -> Products:
    """The products of a precision. Sums are kept in the parameters' own type."""
    match precision:
        case "float32":
            return Products(lambda operand: operand)
        case "bfloat16":
            return Products(lambda operand: operand.bfloat16().to(operand.dtype))
        case _:
            assert_never(precision)
