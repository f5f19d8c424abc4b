"""Reads a trained network from the files of a checkpoint."""

import json
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from export.trained import TargetScale, Tensors, Trained
from gradus.checkpoint_files import DOCUMENT, FLAT_FORMAT, NAMED_FORMAT, TARGET_SCALE, TENSORS, tensor_name
from gradus.datasets import DATASETS
from gradus.encoding import PREPROCESSING_FILE
from gradus.resolved import ResolvedSpec
from gradus.spec.layout import VECTORS, Block, layout
from gradus.spec.network import NetworkPlan
from preprocessing.built_in import Bounds, built_in
from preprocessing.encode import Fitted, read_fitted

Which = Literal["last", "best"]
"""The weights that are read from a checkpoint: those of its own epoch, or those of the best epoch so far. A checkpoint
contains both."""
OF_EVERY_INPUT = {"digits": 16.0}
"""The largest input value of each built-in table whose inputs all have the same bound, which does not depend on the
training rows."""

CHOOSE = "choose an earlier epoch"
"""The advice for a run that has diverged."""


class Unusable(Exception):
    """A checkpoint whose network cannot be used. The message is a sentence that says why and what to do."""


def read_trained(folder: Path, experiment: ResolvedSpec, which: Which) -> Trained:
    """The network of an experiment from the files of one of its checkpoints.

    Raises:
        Unusable: the checkpoint has a format that this version does not read, lacks a part, or is of another network;
            or its weights are not finite.
    """
    document = json.loads((folder / DOCUMENT).read_text(encoding="utf-8"))
    if document["format"] not in (FLAT_FORMAT, NAMED_FORMAT):
        raise Unusable(f"the checkpoint has format {document['format']}, which this version does not read")
    with safe_open(folder / TENSORS, framework="numpy") as file:
        tensors = _tensors(file, document["format"], experiment.network, which)
        scale = _target_scale(file) if experiment.data.task == "regression" else None
    fitted = _fitted(folder, experiment)
    if fitted.inputs != experiment.network.inputs or not _fit(tensors, experiment.network):
        raise Unusable("the checkpoint is of a network of another shape")
    if not all(np.isfinite(tensor).all() for tensor in tensors.values()):
        raise Unusable("the weights are not finite, as the run has diverged: " + CHOOSE)
    return Trained(experiment.network, experiment.data, tensors, fitted, scale)


def best_epoch(folder: Path) -> int | None:
    """The epoch of the best weights in a checkpoint; None if there is none yet."""
    document = json.loads((folder / DOCUMENT).read_text(encoding="utf-8"))
    epoch: int | None = document["state"]["members"][0]["standing"]["best_epoch"]
    return epoch or None


def _tensors(file: Any, format_: int, plan: NetworkPlan, which: Which) -> Tensors:
    offsets = layout(plan)
    rows = ("parameters", offsets.parameters), ("statistics", offsets.statistics)
    found: dict[str, NDArray[np.float32]] = {}
    for name, blocks in rows:
        row = name if which == "last" else f"best.{name}"
        if format_ == FLAT_FORMAT:
            flat = file.get_tensor(row)
            found |= {one: _shaped(block, block.of(flat)[0]) for one, block in blocks.items()}
        else:
            found |= {one: file.get_tensor(tensor_name(row, one)) for one in blocks}
    return found


def _fit(tensors: Tensors, plan: NetworkPlan) -> bool:
    """Whether the tensors have the sizes that the network needs."""
    offsets = layout(plan)
    blocks = {**offsets.parameters, **offsets.statistics}
    return all(tensors[name].size == block.end - block.start for name, block in blocks.items())


def _shaped(block: Block, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
    row: NDArray[np.float32] = tensor[0] if block.name.rpartition(".")[2] in VECTORS else tensor
    return row


def _target_scale(file: Any) -> TargetScale:
    """The scale of the targets. Checkpoints of versions that did not standardize targets have none: for them it is 0
    and 1."""
    if TARGET_SCALE not in file.keys():  # noqa: SIM118 (not a mapping)
        return TargetScale(np.zeros(1), np.ones(1))
    mean, deviation = np.split(file.get_tensor(TARGET_SCALE)[0], 2)
    return TargetScale(mean, deviation)


def _fitted(folder: Path, experiment: ResolvedSpec) -> Fitted:
    if (folder / PREPROCESSING_FILE).exists():
        return read_fitted(folder)
    dataset = experiment.spec.dataset
    facts = DATASETS.get(dataset.name)
    largest = OF_EVERY_INPUT.get(dataset.name)
    if facts is None or dataset.standardize or (facts.source != "idx" and largest is None):
        raise Unusable(
            "the checkpoint was written by an older version, which did not keep how inputs are scaled: "
            "extend the run by an epoch, or train it again"
        )
    bounds = None if largest is None else Bounds([0.0] * facts.inputs, [largest] * facts.inputs)
    return built_in(facts, bounds, None)
