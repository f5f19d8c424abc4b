"""Small colour pictures for the benchmark: a few of CIFAR-10's JPEGs (Krizhevsky, 2009), as columns of a table."""

import tarfile
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

NAME = "cifar10"
ARCHIVE = "cifar10-jpeg.tar.xz"
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
EACH = 150
"""Number of pictures of each class."""


def columns(folder: Path, target: str, each: int = EACH) -> dict[str, NDArray[np.generic]]:
    """The first training pictures of each class, (n, 32, 32, 3) bytes, and their classes."""
    found: dict[str, list[NDArray[np.uint8]]] = {name: [] for name in CLASSES}
    with tarfile.open(folder / ARCHIVE) as archive:
        for member in archive:
            part, *rest = member.name.removeprefix("./").split("/")
            if part != "train" or not member.isfile() or len(found[rest[0]]) == each:
                continue
            file = archive.extractfile(member)
            assert file is not None
            found[rest[0]].append(np.asarray(Image.open(BytesIO(file.read())).convert("RGB")))
            if all(len(pictures) == each for pictures in found.values()):
                break
    pictures = np.stack([one for name in CLASSES for one in found[name]])
    return {"picture": pictures, target: np.repeat(CLASSES, each)}
