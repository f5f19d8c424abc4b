"""Image data sets of four IDX files: training images and labels, test images and labels."""

from collections.abc import Sequence
from pathlib import Path

from gradus.built_in_facts import BuiltInFacts
from worker.data.files import read_array
from worker.data.long_step import LongStep, Say
from worker.data.raw import RawDataset


def read_images(facts: BuiltInFacts, directories: Sequence[Path], say: Say) -> RawDataset:
    """Read the images, one row of pixels each, and their labels."""
    n, m = facts.train_examples, facts.test_examples
    shapes = ((n, *facts.input_shape), (n,), (m, *facts.input_shape), (m,))
    step = LongStep(f"reading {facts.name}", len(shapes), "files", say)
    arrays = []
    for file, shape in zip(facts.files, shapes, strict=True):
        arrays.append(read_array(facts, file, shape, directories, say))
        step.reached(len(arrays))
    step.end(len(arrays))
    train_images, train_labels, test_images, test_labels = arrays
    return RawDataset(train_images.reshape(n, -1), train_labels, test_images.reshape(m, -1), test_labels, largest=255)
