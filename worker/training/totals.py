"""Running totals of an epoch, on the device; a checkpoint in the middle of an epoch holds them."""

import torch
from torch import Tensor

from worker.training.chunk import ChunkRecord


class Totals:
    """Sums over the examples and steps of the epoch in progress, float64, (K,)."""

    def __init__(self, members: int, place: torch.device) -> None:
        zeros = torch.zeros(members, dtype=torch.float64, device=place)
        self.loss, self.right, self.norm = zeros.clone(), zeros.clone(), zeros.clone()

    def add(self, record: ChunkRecord) -> None:
        """Add a chunk of steps; for regression `right` becomes NaN."""
        self.loss += record.losses.sum((0, 2), dtype=torch.float64)
        self.right += torch.nan if record.right is None else record.right.sum((0, 2))
        self.norm += record.norms.sum(0, dtype=torch.float64)

    def clear(self) -> None:
        """Start an epoch."""
        for total in self.tensors().values():
            total.zero_()

    def tensors(self) -> dict[str, Tensor]:
        """All totals, by name."""
        return {"totals.loss": self.loss, "totals.right": self.right, "totals.norm": self.norm}
