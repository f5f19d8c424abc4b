"""The facts about a built-in data set that are known without its files: sizes, shapes, classes."""

from dataclasses import dataclass
from math import prod
from typing import Literal

from gradus.spec.loss import Task


@dataclass(frozen=True)
class IdxFile:
    """One gzipped IDX file."""

    name: str
    sha256: str
    """The SHA-256 digest in hexadecimal."""
    of: Literal["unpacked", "packed"]
    """The bytes that `sha256` is computed from: the unpacked content, or the gzip file."""


@dataclass(frozen=True)
class BuiltInFacts:
    """The facts of a built-in data set, and where its files are."""

    name: str
    title: str
    task: Task
    input_shape: tuple[int, ...]
    classes: tuple[str, ...]
    """Names of the classes; empty for regression."""
    train_examples: int
    """Number of training examples, including those of the validation split."""
    test_examples: int
    default_validation: int
    source: Literal["idx", "sklearn"]
    columns: tuple[str, ...] = ()
    """Names of the input columns, as in scikit-learn; a single name is an image or array of the input's shape."""
    files: tuple[IdxFile, ...] = ()
    mirrors: tuple[str, ...] = ()
    """URLs of folders that contain `files`."""
    image_shape: tuple[int, ...] | None = None
    """Shape of one example as an image, if `input_shape` does not give it."""

    @property
    def inputs(self) -> int:
        """Numbers per flattened example."""
        return prod(self.input_shape)

    @property
    def outputs(self) -> int:
        """Units of the output layer."""
        return len(self.classes) or 1
