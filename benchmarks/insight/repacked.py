"""Fashion-MNIST as Debian packs it (package dataset-fashion-mnist): the same images, in gzip files of other digests."""

import gzip
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gradus.built_in_facts import BuiltInFacts
from worker.data.errors import DataError
from worker.data.idx import read_idx
from worker.data.images import read_images
from worker.data.raw import RawDataset

UNPACKED = {
    "train-images-idx3-ubyte.gz": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte.gz": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte.gz": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte.gz": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
"""SHA-256 of each file, unpacked."""


def images(facts: BuiltInFacts, directories: Sequence[Path]) -> RawDataset:
    """The images of a data set, from its own files or those of Debian."""
    try:
        return read_images(facts, directories, _ignore)
    except DataError:
        if facts.name != "fashion_mnist":
            raise
        return _repacked(facts, next(one / facts.name for one in directories if (one / facts.name).is_dir()))


def _repacked(facts: BuiltInFacts, folder: Path) -> RawDataset:
    n, m = facts.train_examples, facts.test_examples
    shapes = ((n, *facts.input_shape), (n,), (m, *facts.input_shape), (m,))
    found = [_read(folder / file.name, shape) for file, shape in zip(facts.files, shapes, strict=True)]
    train_images, train_labels, test_images, test_labels = found
    return RawDataset(train_images.reshape(n, -1), train_labels, test_images.reshape(m, -1), test_labels, largest=255)


def _read(file: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    content = gzip.decompress(file.read_bytes())
    if hashlib.sha256(content).hexdigest() != UNPACKED[file.name]:
        raise DataError(f"{file} is not the file of Fashion-MNIST: its SHA-256 differs")
    return read_idx(content, shape)


def _ignore(_: object) -> None:
    pass
