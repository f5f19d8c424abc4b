"""Dropout masks are a function of (seed, layer, step)."""

import pytest
import torch
from torch import Tensor

from models.batch import Buffers
from models.dropout import Dropout, Masks

LIKE = torch.empty(0)


def _mask(masks: Masks, step: int, members: int, shape: tuple[int, int]) -> Tensor:
    masks.seek(step)
    return masks.apply(torch.ones(members, *shape), torch.empty(members, *shape))


def test_the_share_of_dropped_units_is_the_rate_and_the_rest_is_scaled_up() -> None:
    mask = _mask(Masks("layers/0", [0, 0], [0.2, 0.5], (100, 200), LIKE), 0, 2, (100, 200))
    assert set(mask[0].flatten().tolist()) == {0.0, 1.25}  # 1 / 0.8
    assert set(mask[1].flatten().tolist()) == {0.0, 2.0}
    assert (mask == 0).float().mean((1, 2)).tolist() == pytest.approx([0.2, 0.5], abs=0.015)  # 4 deviations


@pytest.mark.parametrize("steps", [[0, 1, 2, 70, 3], [70, 3, 0]])
def test_the_mask_of_a_step_does_not_depend_on_the_steps_before(steps: list[int]) -> None:
    masks = Masks("layers/0", [5], [0.5], (4, 6), LIKE)
    for step in steps:
        alone = _mask(Masks("layers/0", [5], [0.5], (4, 6), LIKE), step, 1, (4, 6))
        assert torch.equal(_mask(masks, step, 1, (4, 6)), alone)


def test_masks_differ_from_step_to_step_layer_to_layer_and_seed_to_seed() -> None:
    shape = (10, 10)
    first = Masks("layers/0", [0], [0.5], shape, LIKE)
    seen = [_mask(first, step, 1, shape) for step in (0, 1, 63, 64, 128)]
    seen.append(_mask(Masks("layers/1", [0], [0.5], shape, LIKE), 0, 1, shape))
    seen.append(_mask(Masks("layers/0", [1], [0.5], shape, LIKE), 0, 1, shape))
    assert len({tuple(mask.flatten().tolist()) for mask in seen}) == len(seen)


def test_a_members_mask_does_not_depend_on_the_others() -> None:
    alone = _mask(Masks("input", [7], [0.3], (4, 6), LIKE), 9, 1, (4, 6))
    beside = _mask(Masks("input", [1, 7, 2], [0.9, 0.3, 0.0], (4, 6), LIKE), 9, 3, (4, 6))
    assert torch.equal(alone[0], beside[1])
    assert (beside[2] == 1).all()


def test_a_smaller_batch_takes_the_first_rows_of_the_mask() -> None:
    masks = Masks("layers/0", [0], [0.5], (8, 6), LIKE)
    assert torch.equal(_mask(masks, 3, 1, (5, 6)), _mask(masks, 3, 1, (8, 6))[:, :5])


def test_the_gradient_passes_where_the_value_did() -> None:
    masks = Masks("layers/0", [0], [0.5], (8, 6), LIKE)
    masks.seek(4)
    part = Dropout(masks, (1, 8, 6), Buffers(LIKE))
    y = part.forward(torch.ones(1, 8, 6)).clone()
    assert torch.equal(part.backward(torch.ones(1, 8, 6)), y)
    assert torch.equal(part.evaluate(torch.ones(1, 8, 6)), torch.ones(1, 8, 6))
