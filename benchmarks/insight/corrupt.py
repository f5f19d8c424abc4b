"""Corrupts the data of a run: bad labels, badly scaled inputs, missing classes. Only for this benchmark."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from worker.data.raw import RawDataset
from worker.training.data import Data, Split

SEED = 1_000_003


def corrupted(data: Data, words: Mapping[str, Any]) -> Data:
    """The data, spoiled as `words` says; unchanged if `words` is empty.

    `labels_shuffled` puts training and validation targets in random order. `label_noise {p}` gives an example another
    class with probability p. `inputs_times {factor}` multiplies all inputs before they are scaled, as if the file had
    another unit, so that standardizing helps; only for data sets whose inputs have a common largest value. `input_times
    {input, factor}` multiplies one input after scaling. `rare_classes {labels, keep}` keeps only this fraction of the
    classes' training and validation examples; balanced class weights are computed again. `targets_times {factor}`
    multiplies the targets of a regression. The test split keeps its labels, because it measures the truth.
    """
    kind = words.get("kind")
    if kind in ("labels_shuffled", "label_noise"):
        return _labelled(data, words)
    if kind == "input_times":
        factors = torch.ones(data.train.inputs.shape[1])
        factors[words["input"]] = words["factor"]
        return _each(data, lambda split: _times(split, factors))
    if kind == "rare_classes":
        return _thinned(data, words["labels"], words["keep"])
    if kind == "targets_times":
        return _each(data, lambda split: replace(split, targets=split.targets * words["factor"]))
    assert kind in (None, "inputs_times"), kind
    return data


def raw_corrupted(raw: RawDataset, words: Mapping[str, Any]) -> RawDataset:
    """The unprocessed data set, with its inputs in another unit."""
    if words.get("kind") != "inputs_times":
        return raw
    assert raw.largest is not None, "columns are scaled by their own bounds"
    factor = np.float32(words["factor"])
    return replace(raw, inputs=raw.inputs * factor, test_inputs=raw.test_inputs * factor)


def _labelled(data: Data, words: Mapping[str, Any]) -> Data:
    draws, classes = torch.Generator().manual_seed(SEED), len(data.plan.classes)

    def wrong(y: Tensor) -> Tensor:
        if words["kind"] == "labels_shuffled":
            return y[torch.randperm(len(y), generator=draws)]
        is_hit = torch.rand(len(y), generator=draws) < words["p"]
        return torch.where(is_hit, (y + torch.randint(1, classes, y.shape, generator=draws)) % classes, y)

    train, validation = (replace(one, targets=wrong(one.targets)) for one in (data.train, data.validation))
    return replace(data, train=train, validation=validation)


def _each(data: Data, change: Callable[[Split], Split]) -> Data:
    return replace(data, train=change(data.train), validation=change(data.validation), test=change(data.test))


def _times(split: Split, factors: Tensor) -> Split:
    inputs = split.inputs.float() / (split.largest or 1.0)
    return replace(split, inputs=inputs * factors, largest=None)


def _thinned(data: Data, labels: Sequence[int], keep: float) -> Data:
    train, validation = (_fewer(split, labels, keep) for split in (data.train, data.validation))
    sizes = {"train_examples": len(train), "validation_examples": len(validation)}
    return replace(data, train=train, validation=validation, plan=data.plan.model_copy(update=sizes))


def _fewer(split: Split, labels: Sequence[int], keep: float) -> Split:
    kept = torch.ones(len(split), dtype=torch.bool)
    for label in labels:
        of_class = (split.targets == label).nonzero().squeeze(1)
        kept[of_class[max(1, round(keep * len(of_class))) :]] = False
    fewer = replace(split, inputs=split.inputs[kept].contiguous(), targets=split.targets[kept], weights=None)
    return fewer if split.weights is None else replace(fewer, weights=_balanced(fewer.targets))


def _balanced(targets: Tensor) -> Tensor:
    """The weight n / (k · n_c) of an example of class c. Rare classes need weights that are computed from the remaining
    examples."""
    counts = targets.bincount()
    return len(targets) / (int((counts > 0).sum()) * counts[targets]).float()
