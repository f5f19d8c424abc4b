"""IDX, the format of MNIST's files. Big-endian: 0, 0, type, number of dimensions, each extent in 4 bytes, the data.

Source: LeCun, Cortes & Burges, The MNIST database of handwritten digits.
"""

import math
import struct

import numpy as np
from numpy.typing import NDArray

UNSIGNED_BYTE = 0x08


class BadIdx(ValueError):
    """The bytes are not the expected array. The message completes the sentence "the file …"."""


def read_idx(content: bytes, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Parse an unpacked IDX file of bytes, which must have this shape. The array shares the content's memory."""
    header = 4 + 4 * len(shape)
    if len(content) < 4 or content[:2] != b"\0\0":
        raise BadIdx("is not in the IDX format")
    if content[2] != UNSIGNED_BYTE:
        raise BadIdx(f"holds numbers of type 0x{content[2]:02x} instead of unsigned bytes (0x08)")
    if content[3] != len(shape):
        raise BadIdx(f"has {content[3]} dimensions instead of {len(shape)}")
    if len(content) < header:
        raise BadIdx("is truncated within its header")
    extents = struct.unpack(f">{len(shape)}I", content[4:header])
    if extents != shape:
        raise BadIdx(f"has the shape {_times(extents)} instead of {_times(shape)}")
    size = math.prod(shape)
    if len(content) - header != size:
        fault = "is truncated" if len(content) - header < size else "is too long"
        raise BadIdx(f"{fault}: {len(content) - header} bytes of data instead of {size}")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def _times(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
