"""Limits on what the API computes about a network."""

import numpy as np
import pytest

from api.services.answer_history import MOST_MULTIPLY_ADDS, check_work
from api.services.layer_pictures import MOST_PIXELS, check_pixels
from gradus.errors import TooLarge


def test_a_history_is_bounded_by_its_products() -> None:
    each = MOST_MULTIPLY_ADDS // 40
    check_work(each, 2, 20)
    with pytest.raises(TooLarge, match="ask for 2 rows at a time"):
        check_work(each, 3, 20)
    with pytest.raises(TooLarge, match="single epochs"):
        check_work(MOST_MULTIPLY_ADDS + 1, 1, 1)


def test_a_picture_is_bounded_by_its_pixels() -> None:
    side = int((MOST_PIXELS // 4) ** 0.5)
    check_pixels(np.broadcast_to(np.float32(0), (4, side, side)))
    with pytest.raises(TooLarge, match="ask for 4 channels at a time"):
        check_pixels(np.broadcast_to(np.float32(0), (5, side, side)))
