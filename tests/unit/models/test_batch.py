"""Epochs are permutations cut into steps; smaller batches share the memory of full ones."""

import pytest
import torch

from models.batch import Buffers, Epoch
from models.seed import epoch_order

EXAMPLES = torch.arange(20.0).view(10, 2)  # example i is (2i, 2i + 1)
TARGETS = torch.arange(10)


def _steps(epoch: Epoch, size: int, members: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    memory = torch.empty(size * members, 2)
    return [(epoch.inputs(s, EXAMPLES, memory).clone(), epoch.targets(s)) for s in range(len(epoch))]


@pytest.mark.parametrize(("size", "lengths"), [(1, [1] * 10), (3, [3, 3, 3, 1]), (5, [5, 5]), (10, [10])])
@pytest.mark.parametrize("seeds", [[0], [4, 4], [0, 1, 0]], ids=str)
def test_every_member_sees_every_example_once_in_its_own_order(size: int, lengths: list[int], seeds: list[int]) -> None:
    steps = _steps(Epoch(seeds, 3, TARGETS, size), size, len(seeds))
    assert [targets.shape[1] for _, targets in steps] == lengths
    seen = torch.cat([targets for _, targets in steps], dim=1)
    for row, seed in zip(seen, seeds, strict=True):
        assert torch.equal(row, epoch_order(seed, 3, 10, torch.device("cpu")))
    for inputs, targets in steps:
        assert torch.equal(inputs[..., 0], 2.0 * targets)


def test_the_order_changes_with_epoch_and_seed() -> None:
    orders = [epoch_order(seed, epoch, 50, torch.device("cpu")) for seed in (0, 1) for epoch in (1, 2)]
    assert len({tuple(order.tolist()) for order in orders}) == 4


def test_a_smaller_batch_gets_views_of_the_same_memory() -> None:
    buffers = Buffers(torch.empty(0))
    full = buffers.empty(2, 5, 3)
    small = buffers.rewind().empty(2, 4, 3)
    assert small.data_ptr() == full.data_ptr()
    assert small.is_contiguous()
