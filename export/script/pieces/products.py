"""Products of matrices."""

import platform

import torch
from torch import Tensor

from export.script.pieces.given import ROUNDING

ONEDNN_FROM = 4_000_000


def product(a: Tensor, b: Tensor, bias: Tensor | None = None) -> Tensor:
    """a b + bias for each matrix of (k, m, n) and (k, n, l), by the kernels that the run used: `a @ b` may have other
    last digits, and training makes large differences of small ones."""
    a, b = rounded(a), rounded(b)
    is_large = a.shape[1] * a.shape[2] * b.shape[2] >= ONEDNN_FROM and a.device.type == "cpu"
    if is_large and platform.machine() in {"x86_64", "AMD64"} and hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        linear = torch.ops.mkldnn._linear_pointwise.default
        shifts = [None] * len(a) if bias is None else [row[0] for row in bias]
        rows = zip(a, b.mT, shifts, strict=True)
        return torch.stack([linear(x, w, shift, "none", [], "") for x, w, shift in rows])
    return torch.bmm(a, b) if bias is None else torch.baddbmm(bias, a, b)


def rounded(x: Tensor) -> Tensor:
    """x in the number format of products; float32 stays as it is."""
    return x if ROUNDING is None else x.to(ROUNDING).to(x.dtype)
