"""The global norm of the gradient, and gradient clipping."""

from collections.abc import Sequence

import torch
from torch import Tensor


class GlobalNorm:
    """The L2 norm of each member's whole gradient (K, P)."""

    def __init__(self, gradient: Tensor) -> None:
        self._gradient, self._rows = gradient, gradient.unbind()

    def __call__(self, out: Tensor) -> Tensor:
        """Write the norms to out (K,)."""
        if self._gradient.device.type != "cpu":
            torch.linalg.vector_norm(self._gradient, dim=1, out=out)
            return out
        for row, norm in zip(self._rows, out.unbind(), strict=True):
            torch.dot(row, row, out=norm)  # 12 µs for 1 MB; vector_norm takes 20 µs
        return out.sqrt_()


class Clip:
    """Scales a gradient whose norm exceeds the limit down to the limit, as `torch.nn.utils.clip_grad_norm_` does."""

    def __init__(self, limits: Sequence[float | None], like: Tensor) -> None:
        self._active = any(limit is not None for limit in limits)
        self._limit = like.new_tensor([limit or 0.0 for limit in limits])  # (K,)
        self._unlimited = torch.tensor([limit is None for limit in limits], device=like.device)  # (K,)

    def __call__(self, gradient: Tensor, norm: Tensor) -> None:
        """Scale the gradient (K, P) in place by min(1, limit / (norm + 1e-6)), given its norms (K,)."""
        if self._active:
            gradient.mul_(self.factor(norm)[:, None])

    def factor(self, norm: Tensor) -> Tensor:
        """The factors (K,) that scale gradients with these norms (K,)."""
        return (self._limit / (norm + 1e-6)).clamp_(max=1).masked_fill_(self._unlimited, 1)
