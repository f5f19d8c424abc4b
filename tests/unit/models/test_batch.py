"""Epochs are permutations, divided into steps. Smaller batches share the memory of full ones."""

import numpy as np
import pytest
import torch
from torch import Tensor

from models.batch import Buffers, EpochBatches, Gather, Scale, distinct_orders
from models.seed import epoch_permutation

EXAMPLES = torch.arange(20.0).view(10, 2)  # example i is (2i, 2i + 1)
TARGETS = torch.arange(10)


def _steps(seeds: list[int], size: int) -> list[tuple[Tensor, Tensor]]:
    """Inputs (K, b, 2) and targets (K, b) of every step of the third epoch."""
    epoch, orders = EpochBatches(seeds, 3, TARGETS, size), len(distinct_orders(seeds))
    steps = []
    for step, rows in enumerate(epoch.rows):
        gather = Gather(len(seeds), orders, len(rows) // orders, 2, Buffers(EXAMPLES))
        steps.append((gather(EXAMPLES, rows), epoch.targets(range(step, step + 1))[0]))
    return steps


@pytest.mark.parametrize(("size", "lengths"), [(1, [1] * 10), (3, [3, 3, 3, 1]), (5, [5, 5]), (10, [10])])
@pytest.mark.parametrize("seeds", [[0], [4, 4], [0, 1, 0]], ids=str)
def test_every_member_sees_every_example_once_in_its_own_order(size: int, lengths: list[int], seeds: list[int]) -> None:
    steps = _steps(seeds, size)
    assert [targets.shape[1] for _, targets in steps] == lengths
    seen = torch.cat([targets for _, targets in steps], dim=1)
    for row, seed in zip(seen, seeds, strict=True):
        assert torch.equal(row, epoch_permutation(seed, 3, 10, torch.device("cpu")))
    for inputs, targets in steps:
        assert torch.equal(inputs[..., 0], 2.0 * targets)


def test_the_order_changes_with_epoch_and_seed() -> None:
    orders = [epoch_permutation(seed, epoch, 50, torch.device("cpu")) for seed in (0, 1) for epoch in (1, 2)]
    assert len({tuple(order.tolist()) for order in orders}) == 4


PLACES = [torch.device("cpu"), pytest.param(torch.device("cuda"), marks=pytest.mark.gpu)]


@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("largest", [255.0, 16.0, 100.0])
def test_bytes_become_the_numbers_of_a_division_in_float32(place: torch.device, largest: float) -> None:
    every = np.arange(256, dtype=np.uint8)[:, None]
    expected = np.divide(every, np.float32(largest), dtype=np.float32)
    examples, scale = torch.from_numpy(every).to(place), Scale(largest, torch.empty(0, device=place))
    gathered = Gather(2, 1, 256, 1, Buffers(torch.empty(0, device=place)), scale)
    rows = torch.arange(256, device=place).flip(0)
    for numbers in (scale.numbers(examples), gathered(examples, rows)[0].flip(0), gathered(examples, rows)[1].flip(0)):
        assert numbers.cpu().numpy().tobytes() == expected.tobytes()


def test_a_smaller_batch_gets_views_of_the_same_memory() -> None:
    buffers = Buffers(torch.empty(0))
    full = buffers.empty(2, 5, 3)
    small = buffers.rewind().empty(2, 4, 3)
    assert small.data_ptr() == full.data_ptr()
    assert small.is_contiguous()
