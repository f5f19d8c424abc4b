"""A data set of a few small images, in the form of MNIST's."""

import gzip
import hashlib
import struct
from typing import Literal

import numpy as np

from gradus.built_in_facts import BuiltInFacts, IdxFile

NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
TRAIN, TEST = 40, 10


def idx(array: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def _arrays() -> list[bytes]:
    pixels = np.random.default_rng(0).integers(0, 256, (TRAIN + TEST, 3, 4), dtype=np.uint8)
    labels = (np.arange(TRAIN + TEST) % 2).astype(np.uint8)
    return [idx(pixels[:TRAIN]), idx(labels[:TRAIN]), idx(pixels[TRAIN:]), idx(labels[TRAIN:])]


UNPACKED = dict(zip(NAMES, _arrays(), strict=True))
PACKED = {f"{name}.gz": gzip.compress(content, mtime=0) for name, content in UNPACKED.items()}


def facts(of: Literal["unpacked", "packed"] = "unpacked", mirrors: tuple[str, ...] = ()) -> BuiltInFacts:
    digested = UNPACKED.values() if of == "unpacked" else PACKED.values()
    files = tuple(
        IdxFile(name, hashlib.sha256(content).hexdigest(), of) for name, content in zip(PACKED, digested, strict=True)
    )
    return BuiltInFacts(
        "tiny", "Tiny images", "classification", (3, 4), ("a", "b"), TRAIN, TEST, 4, "idx", ("image",), files, mirrors
    )
