"""A run on an uploaded data set, from the stored table to checkpoints and back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gradus.spec.experiment import Spec
from gradus.status import FailureCode, Status
from hub.artifacts.folder import FolderStore
from hub.jobs.checkpoint_ref import CheckpointRef
from tests.tables import store
from tests.uploaded import put, uploaded
from worker.data.cache import DataCache
from worker.data.uploaded import Uploaded
from worker.trainer.job import Job
from worker.trainer.protocol import Ended, EpochDone, Found, LogLine, Report, Train, Trainee

RANDOM = np.random.default_rng(0)
N = 120
COLUMNS: dict[str, Any] = {
    "x": [None if i % 40 == 7 else x for i, x in enumerate(RANDOM.normal(size=N).tolist())],
    "city": [f"c{i}" for i in RANDOM.integers(0, 4, N)],
    "y": [None if i == 3 else "yes" if i % 3 else "no" for i in range(N)],
}


class Reports:
    """A substitute for the trainer's pipe that collects the reports."""

    stopped: Mapping[str, bool] = {}

    def __init__(self) -> None:
        self.said: list[Report] = []

    def send(self, report: Report) -> None:
        self.said.append(report)


def run(
    root: Path, one: Uploaded, epochs: int, *, table: Any, checkpoints: tuple[CheckpointRef, ...] = (), token: int = 1
) -> list[Report]:
    spec = Spec.model_validate({"dataset": one.dataset, "layers": [4], "epochs": epochs, "batch_size": 16})
    extensions = len(checkpoints)
    trainee = Trainee(
        id="exp_1",
        spec=spec,
        data=one.plan,
        epoch=checkpoints[0].epoch if checkpoints else 0,
        seconds=0.0,
        extensions=extensions,
        checkpoints=checkpoints,
    )
    order = Train(
        trainees=(trainee,),
        dataset_dirs=(str(root / "data"),),
        artifacts_url=str(root / "store"),
        table=table,
        token=token,
        checkpoint_seconds=1e9,
    )
    pipe = Reports()
    Job(pipe, order, DataCache(2**30), torch.device("cpu")).train()  # type: ignore[arg-type]
    return pipe.said


def last_checkpoint(said: list[Report]) -> CheckpointRef:
    rows = [row for report in said if isinstance(report, EpochDone) for row in report.members]
    assert rows[-1].saved is not None
    return rows[-1].saved


def test_a_run_trains_and_its_checkpoint_has_the_preprocessing(tmp_path: Path) -> None:
    table = store(tmp_path / "table", COLUMNS)
    said = run(tmp_path, uploaded(table, ("no", "yes"), split="stratified"), 3, table=put(table, tmp_path / "store"))
    assert said[-1] == Ended(id="exp_1", status=Status.SUCCEEDED, epoch=3)
    assert "rows left out because their target is missing: 1" in [
        report.message for report in said if isinstance(report, LogLine)
    ]
    saved = last_checkpoint(said)
    with FolderStore(tmp_path / "store").open(saved.key, saved.digest) as folder:
        assert '"categories": [' in (folder / "preprocessing.json").read_text()


def test_a_run_goes_on_with_the_preprocessing_of_its_checkpoint(tmp_path: Path) -> None:
    """Another version of a library might fit different preprocessing."""
    table = store(tmp_path / "table", COLUMNS)
    one, ref = uploaded(table, ("no", "yes"), split="stratified"), put(table, tmp_path / "store")
    saved = last_checkpoint(run(tmp_path, one, 2, table=ref))
    artifacts = FolderStore(tmp_path / "store")

    def fill(folder: Path) -> None:
        with artifacts.open(saved.key, saved.digest) as original:
            for file in original.iterdir():
                if file.name != "manifest.json":
                    (folder / file.name).write_bytes(file.read_bytes())
        document = (folder / "preprocessing.json").read_text()
        before = next(line for line in document.splitlines() if '"high"' in line)
        (folder / "preprocessing.json").write_text(document.replace(before, '    "high": 9.0'))

    receipt = artifacts.put("exp_1/1-2-99", fill)
    changed = saved.model_copy(update={"key": "exp_1/1-2-99", "digest": receipt.digest})
    said = run(tmp_path, one, 4, table=ref, checkpoints=(changed,), token=2)
    assert said[-1] == Ended(id="exp_1", status=Status.SUCCEEDED, epoch=4)
    after = last_checkpoint(said)
    with artifacts.open(after.key, after.digest) as folder:
        assert '"high": 9.0' in (folder / "preprocessing.json").read_text()


def test_a_run_on_a_deleted_data_set_fails_with_a_sentence(tmp_path: Path) -> None:
    table = store(tmp_path / "table", COLUMNS)
    said = run(tmp_path, uploaded(table, ("no", "yes"), split="stratified"), 3, table=None)
    (ended,) = [report for report in said if isinstance(report, Ended)]
    assert ended.failure is not None
    assert (ended.failure.code, ended.failure.message) == (
        FailureCode.DATA_ERROR,
        "the data set 'mine' was deleted: upload it again",
    )


def test_every_run_on_the_same_arrays_is_told_what_is_wrong_with_them(tmp_path: Path) -> None:
    columns = {**COLUMNS, "same": [7] * N}
    table = store(tmp_path / "table", columns)
    ref = put(table, tmp_path / "store")
    for token in (1, 2):  # the second reads the arrays of the first
        said = run(tmp_path, uploaded(table, ("no", "yes"), split="stratified"), 1, table=ref, token=token)
        (found,) = [report for report in said if isinstance(report, Found)]
        assert ("data_constant", "same") in {(one.id, one.column) for one in found.findings}
        assert found.ids == ("exp_1",)
