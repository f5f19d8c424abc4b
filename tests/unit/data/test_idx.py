"""The IDX format."""

import numpy as np
import pytest

from tests.unit.data.tiny import idx
from worker.data.idx import BadIdx, read_idx

ARRAY = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
GOOD = idx(ARRAY)


def test_an_array_comes_back_as_it_was() -> None:
    assert np.array_equal(read_idx(GOOD, (2, 3, 4)), ARRAY)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is not in the IDX format"),
        (b"\0\0\x08", "is not in the IDX format"),
        (b"<html>nothing here</html>", "is not in the IDX format"),
        (b"\0\0\x0d\x03" + GOOD[4:], "holds numbers of type 0x0d instead of unsigned bytes"),
        (GOOD[:3] + b"\x02" + GOOD[4:], "has 2 dimensions instead of 3"),
        (GOOD[:11], "is truncated within its header"),
        (GOOD[:7] + b"\x05" + GOOD[8:], "has the shape 5 x 3 x 4 instead of 2 x 3 x 4"),
        (GOOD[:-1], "is truncated: 23 bytes of data instead of 24"),
        (GOOD + b"\0", "is too long: 25 bytes of data instead of 24"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(content: bytes, sentence: str) -> None:
    with pytest.raises(BadIdx, match=sentence):
        read_idx(content, (2, 3, 4))
