"""Matrix products."""

import platform

import torch
from torch import Tensor

from export.script.pieces.given import PRODUCTS, ROUNDING

ONEDNN_FROM = 4_000_000


def product(a: Tensor, b: Tensor, bias: Tensor | None = None) -> Tensor:
    """a b + bias for each matrix of (k, m, n) and (k, n, l), with the kernels of the original run. `a @ b` may have
    other last digits, and training turns small differences into large ones."""
    a, b = rounded(a), rounded(b)
    if is_onednn(a, b):
        linear = torch.ops.mkldnn._linear_pointwise.default
        shifts = [None] * len(a) if bias is None else [row[0] for row in bias]
        rows = zip(a, b.mT, shifts, strict=True)
        return torch.stack([linear(x, w, shift, "none", [], "") for x, w, shift in rows])
    return torch.bmm(a, b) if bias is None else torch.baddbmm(bias, a, b)


def is_onednn(a: Tensor, b: Tensor) -> bool:
    """Whether the original run computed the product with oneDNN, and not with MKL, which `torch.bmm` calls."""
    if a.shape[1] * a.shape[2] * b.shape[2] < ONEDNN_FROM or a.device.type != "cpu":
        return False
    if platform.machine() not in {"x86_64", "AMD64"} or not hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        return False
    role = 1 if a.stride(-1) != 1 else 0 if b.stride(-1) == 1 else 2  # which factor is transposed
    return PRODUCTS[role] == "o"


def rounded(x: Tensor) -> Tensor:
    """x, rounded to the number format of matrix products; float32 stays as it is."""
    return x if ROUNDING is None else x.to(ROUNDING).to(x.dtype)
