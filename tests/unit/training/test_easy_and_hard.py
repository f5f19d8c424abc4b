"""Examples are easy or hard by their loss compared with that of a guess."""

from math import log

import pytest
import torch

from worker.training.statistics.losses import LossStatistics


def test_examples_below_a_quarter_of_a_guess_are_easy_and_above_it_hard() -> None:
    guess = log(10)  # 2.303
    statistics = _statistics(guess)
    losses = torch.tensor([[[0.1, 0.5, 0.6, 3.0], [2.0, 2.31, 0.57, 9.0]], [[0.0] * 4, [5.0] * 4]])  # (steps, K, b)
    statistics.record(losses, 0)
    readings = statistics.close(2)
    assert readings["", "easy"].tolist() == pytest.approx([6 / 8, 1 / 8])
    assert readings["", "hard"].tolist() == pytest.approx([1 / 8, 6 / 8])
    assert ("", "easy") not in _statistics(None).close(2)


def _statistics(guess: float | None) -> LossStatistics:
    """Statistics for two members and batches of four, after three validation examples."""
    statistics = LossStatistics(2, 4, 3, torch.zeros(2), guess)
    statistics.record_validation(torch.ones(2, 3))
    return statistics
