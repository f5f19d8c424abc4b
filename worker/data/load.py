"""Loads a spec's data set into the tensors of a run."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gradus.built_in_facts import BuiltInFacts
from gradus.dataset_plan import DatasetPlan
from gradus.datasets import DATASETS
from gradus.spec.dataset import Dataset
from gradus.spec.loss import Task
from preprocessing.built_in import Bounds, Moments, built_in
from worker.data.errors import DataError
from worker.data.images import read_images
from worker.data.long_step import Say
from worker.data.permutation import fixed_permutation
from worker.data.raw import Numbers, RawDataset
from worker.data.scale import (
    Inputs,
    by_bounds,
    by_largest,
    mean_and_deviation,
    standardize,
    standardized_targets,
    target_scale,
)
from worker.data.tables import read_table
from worker.training.data import Data, Split
from worker.training.target_scale import NOT_SCALED, TargetScale


def load(
    dataset: Dataset, plan: DatasetPlan, directories: Sequence[Path], say: Say, mirrors: Sequence[str] | None = None
) -> Data:
    """Load training, validation and test examples on the CPU, scaled to [0, 1] or standardized. The pixels of images
    stay bytes, to be scaled in each batch, unless they are standardized.

    The directories are searched in order for a folder with the data set's name. Missing files are downloaded, from
    `mirrors` or the data set's own mirrors, into the last directory. `say` receives log lines and progress.

    Raises:
        DataError: a file is missing, truncated or wrong.
    """
    facts = DATASETS[dataset.name]
    if mirrors is not None:
        facts = replace(facts, mirrors=tuple(mirrors))
    return split(dataset, plan, _read(facts, directories, say))


def _read(facts: BuiltInFacts, directories: Sequence[Path], say: Say) -> RawDataset:
    raw = read_images(facts, directories, say) if facts.source == "idx" else read_table(facts)
    if not raw.fits(facts):
        raise DataError(f"the data set '{facts.name}' does not have the expected sizes or classes")
    return raw


def split(dataset: Dataset, plan: DatasetPlan, raw: RawDataset) -> Data:
    """Scale the data and split off the validation examples: the first of a permutation of the training examples that is
    fixed for each data set. The examples after them are the training split."""
    order = fixed_permutation(dataset.name, "validation", len(raw.targets))
    first, last = plan.validation_examples, plan.validation_examples + plan.train_examples
    validation, train = order[:first], order[first:last]
    parts = raw.inputs[train], raw.inputs[validation], raw.test_inputs
    largest = None if dataset.standardize or raw.inputs.dtype != np.uint8 else raw.largest
    inputs = _scaled(parts, raw.largest) if largest is None else list(parts)
    moments = None
    if dataset.standardize:
        mean, deviation = mean_and_deviation(inputs[0])
        for part in inputs:
            standardize(part, mean, deviation)
        moments = Moments(mean.tolist(), np.where(deviation > 0, deviation, 1.0).tolist())
    task = plan.task
    scale = target_scale(raw.targets[train]) if task == "regression" else NOT_SCALED
    targets = [_targets(part, task, scale) for part in (raw.targets[train], raw.targets[validation], raw.test_targets)]
    train_split, validation_split, test = (Split(_tensor(x), y, largest) for x, y in zip(inputs, targets, strict=True))
    fitted = built_in(DATASETS[dataset.name], _bounds(parts[0], raw.largest), moments)
    preprocessing = fitted.model_dump_json(indent=1)
    return Data(train_split, validation_split, test, plan, scale, preprocessing=preprocessing)


def _bounds(train: Numbers, largest: float | None) -> Bounds:
    """The bounds of each input: those in the training split, unless all inputs have the same bounds."""
    if largest is not None:
        return Bounds([0.0] * train.shape[1], [largest] * train.shape[1])
    return Bounds(train.min(axis=0).tolist(), train.max(axis=0).tolist())


def _scaled(parts: Sequence[Numbers], largest: float | None) -> list[Inputs]:
    """Scale to [0, 1]. The bounds of a column are those in the training split, the first part, so that no other split
    leaks into them."""
    if largest is not None:
        return [by_largest(part, largest) for part in parts]
    low, high = parts[0].min(axis=0), parts[0].max(axis=0)
    return [by_bounds(part, low, high) for part in parts]


def _targets(targets: Numbers, task: Task, scale: TargetScale) -> Tensor:
    if task == "classification":
        return torch.from_numpy(targets.astype(np.int64))
    return torch.from_numpy(standardized_targets(targets, scale))


def _tensor(inputs: Numbers) -> Tensor:
    return torch.from_numpy(np.require(inputs, requirements=["C", "W"]))
