"""Loads an uploaded data set into the tensors of a run."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gradus.dataset_plan import DatasetPlan
from gradus.encoding import Misfit
from gradus.facts import TableFacts
from gradus.roles import columns_with
from gradus.spec.dataset import Dataset
from gradus.wire.finding import Finding
from gradus.wire.message import Message
from preprocessing.arrays import Arrays, PartArrays, array_bytes, read_arrays, write_arrays
from preprocessing.class_weights import class_weights
from preprocessing.encode import Fitted, read_fitted, write_fitted
from preprocessing.findings.ask import experiment_question
from preprocessing.findings.balance import unanswered
from preprocessing.findings.find import findings
from preprocessing.fit import fit
from preprocessing.missing import MissingInput
from preprocessing.parts import Rows, rows_of
from preprocessing.table import Table
from worker.data.array_cache import ArrayCache
from worker.data.errors import DataError
from worker.data.long_step import LongStep, Say
from worker.data.mapped import LARGEST_BYTE, mapped_tensor
from worker.data.scale import standardized_targets, target_scale
from worker.training.data import Data, Split, with_mean_one
from worker.training.target_scale import NOT_SCALED, TargetScale

FORMAT = 4
"""Increased when the same spec words give different arrays."""
REMARKS = "remarks.json"

OpenTable = Callable[[], AbstractContextManager[Table]]
"""Opens the stored table of a data set's version."""


class Remarks(Message):
    """Log lines and findings for every run on the arrays, whatever its class weights are."""

    notes: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Uploaded:
    """What determines the arrays of a run."""

    dataset: Dataset
    """The data set's part of the resolved spec."""
    plan: DatasetPlan
    fitted: Fitted | None = None
    """The preprocessing of the checkpoint that the run continues from; None to fit it to the training rows."""

    def key(self, fitted: Fitted | None = None) -> str:
        """The cache key of the arrays that this preprocessing makes; without one, the key of the preprocessing itself.
        So a run that continues from a checkpoint finds the arrays that it began with."""
        words = self.dataset.model_dump(mode="json", exclude={"name", "version", "class_weights", "augment"})
        document = json.dumps(
            [FORMAT, words, self.plan.classes, fitted and fitted.model_dump(mode="json")], sort_keys=True
        )
        return hashlib.sha256(document.encode()).hexdigest()


@dataclass(frozen=True)
class _Opened:
    """An opened table, and its rows as the run uses them."""

    table: Table
    facts: TableFacts
    rows: Rows


def load_uploaded(uploaded: Uploaded, open_table: OpenTable, cache: ArrayCache, say: Say) -> Data:
    """Load training, validation and test examples on the CPU, memory-mapped and shared with other trainers.

    The table is opened only if the cache has no arrays for the same rows and spec words. `say` receives the progress.

    Raises:
        DataError: the table is not the one that the spec names, cannot be split or encoded as it says, or its arrays do
            not fit the disk or the memory.
    """

    encoder = _Encoder(uploaded, open_table, cache, say)
    try:
        arrays, remarks = encoder.arrays(uploaded.fitted or encoder.fitted())
    except (Misfit, MissingInput) as error:
        raise DataError(str(error)) from error
    except OSError as error:
        raise DataError(f"the arrays of '{uploaded.dataset.name}' cannot be written: {error}") from error
    return _data(uploaded, arrays, remarks)


@dataclass(frozen=True)
class _Encoder:
    """Takes the preprocessing and arrays from the cache, or makes them from the table."""

    uploaded: Uploaded
    open_table: OpenTable
    cache: ArrayCache
    say: Say

    def fitted(self) -> Fitted:
        """The preprocessing, fitted to the training rows. If it has to be made, the arrays are made, too, while the
        table is open."""

        def write(folder: Path) -> None:
            with self._opened() as opened:
                fitted = fit(self.uploaded.dataset, opened.facts, opened.table, opened.rows.train)
                self.arrays(fitted, opened)
            write_fitted(fitted, folder)

        return self.cache.get(self.uploaded.key(), write, read_fitted)

    def arrays(self, fitted: Fitted, opened: _Opened | None = None) -> tuple[Arrays, Remarks]:
        """The arrays, and the remarks for every run on them."""

        def write(folder: Path) -> None:
            with nullcontext(opened) if opened else self._opened() as table:
                remarks = self._write(fitted, table, folder)
            (folder / REMARKS).write_text(remarks.model_dump_json(), encoding="utf-8")

        def read(folder: Path) -> tuple[Arrays, Remarks]:
            return read_arrays(folder), Remarks.model_validate_json((folder / REMARKS).read_bytes())

        return self.cache.get(self.uploaded.key(fitted), write, read)

    @contextmanager
    def _opened(self) -> Iterator[_Opened]:
        dataset = self.uploaded.dataset
        with self.open_table() as table:
            if table.read.digest != dataset.digest:
                raise DataError(
                    f"the stored table of '{dataset.name}' has the digest {table.read.digest}, not {dataset.digest}"
                )
            facts = table.facts(dataset.name, dataset.version or 1)
            yield _Opened(table, facts, rows_of(dataset, self.uploaded.plan.classes, table, dataset.limit))

    def _write(self, fitted: Fitted, opened: _Opened, folder: Path) -> Remarks:
        """Write the arrays of a table into a folder."""
        dataset, plan = self.uploaded.dataset, self.uploaded.plan
        table, facts, rows = opened.table, opened.facts, opened.rows
        sizes = len(rows.train), len(rows.validation), len(rows.test), fitted.inputs
        planned = plan.train_examples, plan.validation_examples, plan.test_examples, plan.inputs
        if sizes != planned:
            raise DataError(f"'{dataset.name}' has other sizes than planned: {sizes} instead of {planned}")
        size = array_bytes(fitted, rows)
        self.cache.make_room(size)
        check_size(dataset.name, size, self.cache.root)
        weight = next((column.name for column in columns_with("weight", dataset, facts)), None)
        step = LongStep(f"encoding {dataset.name}", table.rows, "rows", self.say)
        write_arrays(folder, fitted, rows, table, weight, step.reached)
        step.end(table.rows)
        question = experiment_question(dataset, plan.task, facts, rows)
        return Remarks(notes=tuple(_left_out(rows)), findings=findings(table, question))


def check_size(name: str, size: int, root: Path) -> None:
    """Refuse arrays that do not fit the disk, or do not fit the machine's memory."""
    disk, memory = shutil.disk_usage(root).free, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for free, where in ((disk, f"are free in {root}"), (memory, "of memory are in this machine")):
        if size > free:
            raise DataError(
                f"the encoded examples of '{name}' take {size / 1e9:.3g} GB, but {free / 1e9:.3g} GB {where}: set "
                "`limit`, or encode categories with a smaller `most` or with `hash`"
            )


def _left_out(rows: Rows) -> Iterator[str]:
    if rows.without_target:
        of_test = f", {rows.test_without_target} of them in the test part" if rows.test_without_target else ""
        yield f"rows left out because their target is missing: {rows.without_target}{of_test}"
    if rows.without_time:
        yield f"rows left out because their time is missing: {rows.without_time}"


def _data(uploaded: Uploaded, arrays: Arrays, remarks: Remarks) -> Data:
    plan = uploaded.plan
    parts = arrays.train, arrays.validation, arrays.test
    scale = target_scale(arrays.train.targets) if plan.task == "regression" else NOT_SCALED
    by_class = None
    if plan.task == "classification":
        by_class = class_weights(uploaded.dataset.class_weights, arrays.train.targets.astype(np.int64), plan.classes)
    train, validation, test = (_split(part, plan, scale, by_class) for part in parts)
    return Data(
        train,
        validation,
        test,
        plan,
        scale,
        preprocessing=arrays.fitted.model_dump_json(indent=1),
        is_encoded=True,
        notes=remarks.notes,
        findings=unanswered(remarks.findings, uploaded.dataset.class_weights),
        is_mapped=True,
    )


def _split(part: PartArrays, plan: DatasetPlan, scale: TargetScale, by_class: NDArray[np.float64] | None) -> Split:
    of_class = None if by_class is None else by_class[part.targets.astype(np.int64)]
    return Split(
        mapped_tensor(part.inputs),
        _targets(part, plan, scale),
        largest=LARGEST_BYTE if part.inputs.dtype == np.uint8 else None,
        weights=_product((part.weights, of_class)),
        evaluation_weights=_product((part.weights,)),
    )


def _targets(part: PartArrays, plan: DatasetPlan, scale: TargetScale) -> Tensor:
    match plan.task:
        case "classification":
            return torch.from_numpy(part.targets.copy())
        case "multi_label":
            return torch.from_numpy(part.targets.astype(np.float32))
        case "regression":
            return torch.from_numpy(standardized_targets(part.targets, scale))


def _product(factors: Sequence[NDArray[np.float64] | None]) -> Tensor | None:
    """The product of the weights of each example, with mean 1; None if there are no weights or examples."""
    known = [factor for factor in factors if factor is not None]
    if not known or not len(known[0]):
        return None
    return with_mean_one(torch.from_numpy(np.prod(known, axis=0)))
