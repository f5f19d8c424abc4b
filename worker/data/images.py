"""Data sets of images in four IDX files: training images and labels, test images and labels."""

from collections.abc import Sequence
from pathlib import Path

from gradus.datasets import DatasetFacts
from worker.data.download import Say
from worker.data.files import read_array
from worker.data.raw import RawDataset


def read_images(facts: DatasetFacts, directories: Sequence[Path], say: Say) -> RawDataset:
    """The images, one row of pixels each, and their labels."""
    n, m = facts.train_examples, facts.test_examples
    shapes = ((n, *facts.input_shape), (n,), (m, *facts.input_shape), (m,))
    train_images, train_labels, test_images, test_labels = (
        read_array(facts, file, shape, directories, say) for file, shape in zip(facts.files, shapes, strict=True)
    )
    return RawDataset(train_images.reshape(n, -1), train_labels, test_images.reshape(m, -1), test_labels, largest=255)
