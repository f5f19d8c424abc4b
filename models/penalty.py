"""L1 and L2 penalties on the weights: l1·Σ|w| + l2·Σw²."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Penalty:
    """The penalty factors of K members."""

    l1: Tensor
    """(K, 1)."""
    l2: Tensor
    """(K, 1)."""
    has_l1: bool
    has_l2: bool
    signs: Tensor
    """Memory for the signs of the weights, flat; empty without L1."""

    def value(self, weights: Tensor) -> Tensor:
        """l1·Σ|w| + l2·Σw² of weights (K, n), summed in float64, (K,)."""
        absolute = weights.abs().sum(1, dtype=torch.float64)
        squares = weights.square().sum(1, dtype=torch.float64)
        return self.l1.squeeze(1) * absolute + self.l2.squeeze(1) * squares

    def add_gradient(self, weights: Tensor, gradient: Tensor) -> None:
        """gradient += l1·sign(w) + 2·l2·w, both (K, n); the subgradient at w = 0 is 0."""
        if self.has_l1:
            signs = torch.sign(weights, out=self.signs[: weights.numel()].view(weights.shape))
            gradient.addcmul_(signs, self.l1)
        if self.has_l2:
            gradient.addcmul_(weights, self.l2, value=2)


def penalty(l1: Sequence[float], l2: Sequence[float], like: Tensor) -> Penalty:
    """The penalty of K members, for parameters (K, P) with the shape, dtype and device of `like`."""
    has_l1 = any(l1)
    signs = like.new_empty(like.numel() if has_l1 else 0)
    return Penalty(like.new_tensor(l1)[:, None], like.new_tensor(l2)[:, None], has_l1, any(l2), signs)
