"""Statistics of the losses of an epoch's examples: F, the shares of easy and hard examples, and the paired t over the
validation examples."""

import torch
from torch import Tensor

from insight.statistics.losses import paired_t, variance_ratio
from worker.training.statistics.readings import Readings

EASY = 0.25
"""Share of a guess's loss below which an example is easy."""
MAX_VALIDATION = 8192
"""Maximum number of validation examples whose losses are kept; if there are more, those of every n-th are kept."""


class LossStatistics:
    """Sums over the current epoch's steps, and the validation losses of the best epoch so far. Part of checkpoints."""

    def __init__(self, members: int, batch: int, validation: int, like: Tensor, guess: float | None = None) -> None:
        """`batch` is the batch size, `validation` the number of validation examples, and `guess` the loss of a guess in
        classification."""
        self._batch, self._guess = batch, guess
        self._every = max(1, -(-validation // MAX_VALIDATION))
        zeros = torch.zeros(members, dtype=torch.float64, device=like.device)
        self._last, self._between, self._within = zeros.clone(), zeros.clone(), zeros.clone()
        self._easy, self._hard = zeros.clone(), zeros.clone()
        self._best = like.new_full((members, -(-validation // self._every)), torch.inf)
        self._now = torch.empty_like(self._best)
        self._place = 0

    def record(self, losses: Tensor, first: int) -> None:
        """Record the losses (steps, K, b) of full batches of the epoch, from the step `first` on (0 = the first)."""
        means = losses.mean(2, dtype=torch.float64)
        known = torch.cat([self._last[None], means]) if first else means
        self._between += known.diff(dim=0).square().sum(0) / 2
        if self._batch > 1:
            self._within += losses.var(2).sum(0, dtype=torch.float64) / self._batch
        self._last.copy_(means[-1])
        if self._guess is not None:
            self._easy += (losses < EASY * self._guess).sum((0, 2))
            self._hard += (losses > self._guess).sum((0, 2))

    def record_validation(self, losses: Tensor) -> None:
        """Record the losses (K, n) of the next validation examples."""
        chosen = losses[:, -self._place % self._every :: self._every]
        start = -(-self._place // self._every)
        self._now[:, start : start + chosen.shape[1]] = chosen
        self._place += losses.shape[1]

    def close(self, steps: int) -> Readings:
        """The statistics of an epoch with this number of full batches; starts the next epoch."""
        readings = Readings()
        readings["", "validation_t"] = paired_t(self._now, self._best)
        if steps > 2 and self._batch > 1:
            between, within = self._between / (steps - 1), self._within / steps
            readings["", "variance_ratio"] = variance_ratio(between, within)
        if steps and self._guess is not None:
            readings["", "easy"], readings["", "hard"] = (
                count / (steps * self._batch) for count in (self._easy, self._hard)
            )
        better = self._now.mean(1, dtype=torch.float64) < self._best.mean(1, dtype=torch.float64)
        self._best.copy_(torch.where(better[:, None], self._now, self._best))
        for total in (self._between, self._within, self._easy, self._hard):
            total.zero_()
        self._place = 0
        return readings

    def tensors(self) -> dict[str, Tensor]:
        """All that a resumed run needs, by its names in checkpoints; the first axis is the member."""
        return {
            "losses.last": self._last,
            "losses.between": self._between,
            "losses.within": self._within,
            "losses.easy": self._easy,
            "losses.hard": self._hard,
            "losses.best": self._best,
        }
