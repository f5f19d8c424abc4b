"""Pictures in requests, converted to the pixels that a network reads."""

import base64
import io
import zlib

import numpy as np
import pytest
from PIL import Image

from api.prediction.budget import Pixels
from api.prediction.pictures import from_json, picture
from api.prediction.values import WrongValue
from gradus.errors import TooLarge
from preprocessing.pixels import FittedBytes

DIGIT = FittedBytes(column="image", width=784, shape=(28, 28))
VECTOR = FittedBytes(column="bytes", width=9)


def file(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], format_: str = "PNG") -> bytes:
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, format_)
    return target.getvalue()


def test_a_grey_picture_has_no_axis_for_its_channel() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    assert np.array_equal(picture(file(pixels), DIGIT, None, Pixels()), pixels)
    encoded = base64.b64encode(file(pixels)).decode()
    for value in (encoded, f"data:image/png;base64,{encoded}", pixels.tolist(), pixels[..., None].tolist()):
        assert np.array_equal(from_json(value, DIGIT, None, Pixels()), pixels)
    assert np.array_equal(from_json(pixels.reshape(-1).tolist(), DIGIT, None, Pixels()), pixels)


def test_a_picture_of_another_size_and_in_colours_is_fitted() -> None:
    pixels = np.full((56, 28, 3), 200, dtype=np.uint8)
    padded = picture(file(pixels, "JPEG"), DIGIT, None, Pixels())
    assert padded.shape == (28, 28)
    assert padded[14, 0] == 0  # black beside it
    assert 195 < padded[14, 14] < 205
    assert picture(file(pixels), DIGIT, "squash", Pixels()).min() == 200


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"GIF89a", "neither a PNG nor a JPEG"),
        (b"\x89PNG\r\n\x1a\nxxxx", "broken picture"),
        (b"", "neither a PNG nor a JPEG"),
    ],
)
def test_other_files_are_refused(content: bytes, message: str) -> None:
    with pytest.raises(WrongValue, match=message):
        picture(content, DIGIT, None, Pixels())


def test_a_picture_over_the_limit_is_too_large_and_not_decoded() -> None:
    head = bytearray(file(np.zeros((3, 3), np.uint8)))
    head[16:24] = (50_001).to_bytes(4) + (1_000).to_bytes(4)  # width and height in a PNG's first chunk
    head[29:33] = zlib.crc32(head[12:29]).to_bytes(4)
    with pytest.raises(TooLarge, match=r"50001 × 1000 pixels, more than 50 megapixels: send it smaller"):
        picture(bytes(head), DIGIT, None, Pixels())
    head[16:24] = (500_001).to_bytes(4) + (1_000).to_bytes(4)  # beyond Pillow's own bound
    head[29:33] = zlib.crc32(head[12:29]).to_bytes(4)
    with pytest.raises(TooLarge, match="more than 50 megapixels"):
        picture(bytes(head), DIGIT, None, Pixels())


def test_a_column_of_arrays_takes_no_picture() -> None:
    with pytest.raises(WrongValue, match="the column has arrays"):
        picture(file(np.zeros((3, 3), np.uint8)), VECTOR, None, Pixels())
    assert from_json([1] * 9, VECTOR, None, Pixels()).tolist() == [1] * 9


@pytest.mark.parametrize("value", ["", "!", [1.5] * 784, [256] * 784, [-1] * 784, [[1]], {"a": 1}, [None] * 784, 3])
def test_values_that_are_no_pixels_are_refused(value: object) -> None:
    with pytest.raises(WrongValue):
        from_json(value, DIGIT, None, Pixels())
