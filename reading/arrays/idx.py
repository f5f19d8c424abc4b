"""The header of an IDX file, the format of MNIST: http://yann.lecun.com/exdb/mnist."""

import struct
from typing import BinaryIO

import numpy as np

from reading.failure import ReadingFailed
from reading.npy_file import NpyHeader

_DTYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx_header(stream: BinaryIO, name: str) -> NpyHeader:
    """Read the header of an IDX file; the elements follow in the stream.

    Raises:
        ReadingFailed: it is damaged.
    """
    magic = stream.read(4)
    if len(magic) == 4 and magic[:2] == b"\x00\x00" and magic[2] in _DTYPES and magic[3]:
        lengths = stream.read(4 * magic[3])
        if len(lengths) == 4 * magic[3]:
            return NpyHeader(struct.unpack(f">{magic[3]}I", lengths), fortran=False, dtype=np.dtype(_DTYPES[magic[2]]))
    raise ReadingFailed("data_error", f"{name} has a damaged IDX header.", file=name)
