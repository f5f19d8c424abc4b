"""Uploaded data sets without a service: specs that are resolved directly, and stored tables in an artifact store."""

from pathlib import Path
from shutil import copy

from gradus.dataset_plan import DatasetPlan
from gradus.encoding import blocks
from gradus.spec.dataset import Dataset
from gradus.spec.loss import Task
from hub.artifacts.folder import FolderStore
from hub.datasets.table_ref import TableRef
from preprocessing.parts import rows_of
from preprocessing.table import Table
from tests.tables import facts_of
from worker.data.uploaded import Uploaded


def uploaded(table: Table, classes: tuple[str, ...] = (), **words: object) -> Uploaded:
    """A data set and its plan. Its target is `y`, unless `words` name another."""
    document = {"name": "mine", "version": 1, "digest": table.read.digest, "target": "y", **words}
    dataset = Dataset.model_validate(document)
    rows = rows_of(dataset, classes, table, dataset.limit)
    columns = blocks(dataset, facts_of(table))
    target = dataset.target
    task: Task = "classification" if isinstance(target, str) else "multi_label"
    plan = DatasetPlan(
        task=task if classes else "regression",
        input_shape=(sum(one.width for one in columns),),
        classes=classes,
        targets=target if isinstance(target, tuple) else ("y",),
        train_examples=len(rows.train),
        validation_examples=len(rows.validation),
        test_examples=len(rows.test),
        blocks=columns,
    )
    return Uploaded(dataset, plan)


def put(table: Table, root: Path) -> TableRef:
    """Copy a stored table into an artifact store in a folder."""

    def fill(folder: Path) -> None:
        for file in table.folder.iterdir():
            copy(file, folder)

    receipt = FolderStore(root).put("ver_1/table", fill)
    return TableRef(key="ver_1/table", digest=receipt.digest)
