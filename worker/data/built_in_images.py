"""Built-in images as memory-mapped files, which all trainers of a machine share."""

import hashlib
import json
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from gradus.built_in_facts import BuiltInFacts
from gradus.dataset_plan import DatasetPlan
from gradus.datasets import DATASETS
from gradus.facts import PARTS, Part
from gradus.spec.dataset import Dataset
from preprocessing.array_file import save_array
from worker.data.array_cache import ENCODED, ArrayCache
from worker.data.load import load
from worker.data.long_step import Say
from worker.data.mapped import LARGEST_BYTE, mapped_tensor
from worker.training.data import Data, Split

FORMAT = 1
"""Increased when the same spec words give different arrays."""
_PREPROCESSING = "preprocessing.json"

logger = logging.getLogger(__name__)


def load_shared(dataset: Dataset, plan: DatasetPlan, directories: Sequence[Path], say: Say) -> Data:
    """As `load`; but images are read once on a machine, into files in the last directory, and are memory-mapped. If
    the files cannot be written, the images stay in the memory of this process. Tables are too small to be shared.

    Raises:
        DataError: a file of the data set is missing, truncated or wrong.
    """
    facts = DATASETS[dataset.name]
    if facts.source != "idx":
        return load(dataset, plan, directories, say)
    cache, loaded = ArrayCache(directories[-1] / ENCODED), list[Data]()

    def write(folder: Path) -> None:
        loaded.append(load(dataset, plan, directories, say))
        cache.make_room(_bytes(loaded[0]))
        _write(loaded[0], folder)

    try:
        return cache.get(_key(facts, plan, dataset.standardize), write, lambda folder: _read(folder, plan))
    except OSError as error:
        logger.warning("the images of '%s' cannot be shared with other trainers: %s", dataset.name, error)
        return loaded[0] if loaded else load(dataset, plan, directories, say)


def _key(facts: BuiltInFacts, plan: DatasetPlan, standardize: bool) -> str:
    """The cache key: of the files, and of what splits and scales them."""
    words = facts.name, plan.train_examples, plan.validation_examples, standardize
    return hashlib.sha256(json.dumps([FORMAT, words, [file.sha256 for file in facts.files]]).encode()).hexdigest()


def _bytes(data: Data) -> int:
    splits = data.train, data.validation, data.test
    return sum(split.inputs.nbytes + split.targets.nbytes for split in splits)


def _write(data: Data, folder: Path) -> None:
    for part, split in zip(PARTS, (data.train, data.validation, data.test), strict=True):
        save_array(_file(folder, part, "inputs"), split.inputs.numpy())
        save_array(_file(folder, part, "targets"), split.targets.numpy())
    (folder / _PREPROCESSING).write_text(str(data.preprocessing), encoding="utf-8")


def _read(folder: Path, plan: DatasetPlan) -> Data:
    train, validation, test = (_split(folder, part) for part in PARTS)
    preprocessing = (folder / _PREPROCESSING).read_text(encoding="utf-8")
    return Data(train, validation, test, plan, preprocessing=preprocessing, is_mapped=True)


def _split(folder: Path, part: Part) -> Split:
    inputs = mapped_tensor(np.load(_file(folder, part, "inputs"), mmap_mode="r", allow_pickle=False))
    targets = torch.from_numpy(np.load(_file(folder, part, "targets"), allow_pickle=False))
    return Split(inputs, targets, LARGEST_BYTE if inputs.dtype == torch.uint8 else None)


def _file(folder: Path, part: Part, name: str) -> Path:
    return folder / f"{part}.{name}.npy"
