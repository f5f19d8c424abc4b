"""Computes answers about trained networks in this process. The networks were trained on a stored table."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import Spec
from gradus.wire.metrics import MetricsRow
from hub.datasets.table_ref import TableRef
from hub.jobs.checkpoint_ref import CheckpointRef
from hub.questions.question import Question, TrainedNetwork
from hub.settings import Settings
from tests.built_in import resolved
from tests.tables import store
from tests.uploaded import put, uploaded
from worker.answering.protocol import Ask
from worker.data.cache import DataCache
from worker.trainer.job import Job
from worker.trainer.protocol import Ended, EpochDone, Report, Train, Trainee


class _Said:
    """A substitute for the trainer's pipe that keeps the metrics rows and the newest checkpoint."""

    stopped: Mapping[str, bool] = {}

    def __init__(self) -> None:
        self.rows: list[MetricsRow] = []
        self.saved: CheckpointRef | None = None

    def send(self, report: Report) -> None:
        if isinstance(report, EpochDone):
            self.rows.append(report.members[0].row)
            self.saved = report.members[0].saved
        assert not (isinstance(report, Ended) and report.failure), report


def trained(
    folder: Path,
    values: Mapping[str, Any],
    classes: tuple[str, ...] = (),
    fields: Mapping[str, Any] | None = None,
    **words: object,
) -> tuple[TrainedNetwork, MetricsRow]:
    """A network that was trained for two epochs, unless `fields` of the spec say otherwise, and the metrics of the last
    epoch."""
    table = store(folder / "table", values)
    one, ref = uploaded(table, classes, **words), put(table, folder / "store")
    spec = Spec.model_validate({"dataset": one.dataset, "layers": [8], "epochs": 2, "batch_size": 16, **(fields or {})})
    spec = spec.written_out(one.plan.task)
    return _trained(folder, ResolvedSpec(spec, one.plan), (str(folder / "data"),), ref)


def trained_on_mnist(folder: Path) -> TrainedNetwork:
    """A network that was trained on 500 pictures of MNIST."""
    one = resolved(Spec(dataset={"name": "mnist", "limit": 500}, layers=[8], epochs=2))
    return _trained(folder, one, mnist_folders(folder))[0]


def mnist_folders(folder: Path) -> tuple[str, ...]:
    """The folders of data sets. New files are written to the last one."""
    return *map(str, Settings.from_env().dataset_dirs), str(folder / "data")


def _trained(
    folder: Path, one: ResolvedSpec, dirs: tuple[str, ...], table: TableRef | None = None
) -> tuple[TrainedNetwork, MetricsRow]:
    command = Train(
        trainees=(Trainee(id="exp_1", spec=one.spec, data=one.data, epoch=0, seconds=0.0),),
        dataset_dirs=dirs,
        artifacts_url=str(folder / "store"),
        table=table,
        token=1,
        checkpoint_seconds=1e9,
    )
    said = _Said()
    assert Job(said, command, DataCache(2**30), torch.device("cpu")).train()  # type: ignore[arg-type]
    assert said.saved is not None
    network = TrainedNetwork(
        experiment_id="exp_1", spec=one.spec, data=one.data, epoch=one.spec.epochs, checkpoint=said.saved, table=table
    )
    return network, said.rows[-1]


def ask(folder: Path, question: Question) -> Ask:
    """The question, in the form in which an answering process gets it."""
    dirs = (str(folder / "data"),)
    return Ask(question=question, dataset_dirs=dirs, artifacts_url=str(folder / "store"), folder=str(folder))
