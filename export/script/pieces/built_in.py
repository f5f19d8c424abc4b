"""Reads public data sets."""

import gzip
import sys
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import torch
from numpy.typing import NDArray

from export.script.pieces.data import Data, Split, standardized
from export.script.pieces.given import FOLDER, MIRRORS


def fixed_permutation(purpose: str, n: int) -> NDArray[np.intp]:
    """A permutation of n examples that depends only on the purpose: the sort order of raw output of PCG64."""
    seed = int.from_bytes(sha256(purpose.encode()).digest())
    return np.argsort(np.random.PCG64(np.random.SeedSequence(seed)).random_raw(n), kind="stable")


def idx(name: str, digest: str, of: str) -> NDArray[np.uint8]:
    """The array in an IDX file.

    The file has two zero bytes, the type, the number of dimensions, the length of each in four bytes, and the data.
    """
    content = file(name)
    packed = content[:2] == b"\x1f\x8b"
    unpacked = gzip.decompress(content) if packed else content
    check(name, unpacked if of == "unpacked" else content, digest)
    dimensions = unpacked[3]
    shape = np.frombuffer(unpacked, ">i4", dimensions, offset=4)
    return np.frombuffer(unpacked, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def file(name: str) -> bytes:
    """The content of a file, plain or gzipped, in the folder or below it. The file is downloaded if it is not there."""
    for path in sorted(FOLDER.rglob(name)) + sorted(FOLDER.rglob(name.removesuffix(".gz"))):
        return path.read_bytes()
    for mirror in MIRRORS:
        try:
            with urlopen(mirror + name, timeout=60) as answer:
                content: bytes = answer.read()
        except OSError as error:
            print(f"{mirror + name}: {error}", file=sys.stderr)
            continue
        (FOLDER / name).write_bytes(content)
        return content
    sys.exit(f"{name} is not in {FOLDER}: put it there")


def check(name: str, content: bytes, digest: str) -> None:
    """Exit if a file is not the one that the original run used."""
    if sha256(content).hexdigest() != digest:
        sys.exit(f"{name} is another file: its SHA-256 is not {digest}")


def table(name: str, digest: str, delimiter: str | None, skipped: int) -> NDArray[np.float64]:
    """The numbers in a file of scikit-learn, from the folder or from an installed scikit-learn."""
    sklearn = find_spec("sklearn")
    folders = [FOLDER] if sklearn is None else [FOLDER, Path(str(sklearn.origin)).parent / "datasets" / "data"]
    path = next((folder / name for folder in folders if (folder / name).exists()), None)
    if path is None:
        sys.exit(f"{name} is not in {FOLDER}: download it from {MIRRORS[0]}{name}, or install scikit-learn")
    check(name, path.read_bytes(), digest)
    return np.loadtxt(path, delimiter=delimiter, skiprows=skipped)


def by_largest(x: NDArray[np.float64] | NDArray[np.uint8], largest: float) -> NDArray[np.float32]:
    """x / largest."""
    return np.divide(x, np.float32(largest), dtype=np.float32)


def by_bounds(x: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float32]:
    """Each column, scaled so that its bounds become 0 and 1; 0 if the bounds are equal."""
    width = high - low
    return np.where(width > 0, (x - low) / np.where(width > 0, width, 1), 0).astype(np.float32)


def standardize(train: NDArray[np.float32], *others: NDArray[np.float32]) -> None:
    """x ← (x - mean) / deviation for each input, in place. Both statistics are those of the training examples."""
    mean = train.mean(axis=0, dtype=np.float64)
    squares = np.zeros_like(mean)
    for first in range(0, len(train), 1024):
        squares += np.square(train[first : first + 1024] - mean).sum(axis=0)
    deviation = np.sqrt(squares / len(train))
    for part in (train, *others):
        np.subtract(part, mean.astype(np.float32), out=part)
        np.divide(part, np.where(deviation > 0, deviation, 1.0).astype(np.float32), out=part)


def classes(inputs: list[NDArray[np.float32]], targets: list[NDArray[np.int64]]) -> Data:
    """The training, validation and test parts for classification."""
    parts = zip(inputs, targets, strict=True)
    train, validation, test = (Split(torch.tensor(x), torch.from_numpy(y.astype(np.int64))) for x, y in parts)
    return Data(train, validation, test)


def numbers(inputs: list[NDArray[np.float32]], targets: list[NDArray[np.float64]]) -> Data:
    """The training, validation and test parts for regression."""
    scaled, deviation = standardized(*targets)
    train, validation, test = (Split(torch.tensor(x), y) for x, y in zip(inputs, scaled, strict=True))
    return Data(train, validation, test, deviation)
