"""`GET /v1/experiments/{id}/evaluation`; this process acts as the workers."""

import errno
import os
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import numpy as np
import pytest
from sqlalchemy import select

from api.services import error_rows
from api.services.error_rows import Cell
from gradus.spec.experiment import Spec
from hub.artifacts.manifest import Receipt
from hub.database.database import now
from hub.hub import Hub
from hub.jobs import checkpoints
from hub.jobs.checkpoint_ref import CheckpointRef
from hub.questions import leases, questions
from hub.questions.outcome_files import OUTCOMES, OUTCOMES_DTYPE, OutcomesAnswer
from hub.questions.question import OutcomesQuestion, TrainedNetwork
from hub.tables import DEFAULT_WORKSPACE, ExperimentRow, QuestionRow
from tests.built_in import resolved
from tests.integration.api.service import assert_problem, on_sqlite
from tests.integration.hub.work import claim, submit, train_epoch
from tests.training_here import train_here
from worker import question_job
from worker.answering.protocol import Answered, Ask, Reply
from worker.answering_process import AnsweringProcess
from worker.question_slot import QuestionSlot
from worker.shutdown import Shutdown

pytestmark = on_sqlite
NOW = {"Prefer": "wait=0"}


@pytest.fixture
def row(hub: Hub) -> ExperimentRow:
    """A trained experiment."""
    row = submit(hub, epochs=2, layers=[16])
    train_here(hub, row)
    return row


@pytest.fixture
def slot(hub: Hub, trainer_server: None) -> Iterator[QuestionSlot]:
    """A question slot in a thread of this process."""
    slot, over = QuestionSlot(hub, "wrk_here", Shutdown()), threading.Event()

    def serve() -> None:
        while not over.is_set():
            slot.serve()

    thread = threading.Thread(target=serve)
    thread.start()
    yield slot
    over.set()
    thread.join()


def test_an_evaluation_is_that_of_the_run(client: httpx.Client, row: ExperimentRow, slot: QuestionSlot) -> None:
    stored = client.get(f"/v1/experiments/{row.id}/metrics").json()["data"]
    report = client.get(f"/v1/experiments/{row.id}/evaluation?epoch=last").json()
    metrics = {one["name"]: one["value"] for one in report["metrics"]}
    assert (report["split"], report["epoch"], report["task"]) == ("test", 2, "classification")
    assert report["checkpoint"].startswith("sha256:")
    assert metrics["accuracy"] == stored[-1]["test_accuracy"]
    assert metrics["log_loss"] == pytest.approx(stored[-1]["test_loss"], rel=1e-6)
    baselines = {one["name"]: one["baseline"] for one in report["metrics"]}
    assert baselines["auc"] == 0.5
    for one in report["metrics"]:
        if one["name"] == "calibration_error":
            assert one["ci95"] is None
            continue
        assert one["ci95"][0] < one["value"] < one["ci95"][1]
    counts = report["confusion"]
    assert sum(counts[i][i] for i in range(10)) == metrics["accuracy"] * report["n"]
    assert len(report["curves"]) == len(report["per_class"]) == 10
    assert [one["level"] for one in report["conformal"]] == [0.8, 0.9, 0.95]


def test_without_an_answer_there_is_a_202_and_the_place_of_the_answer(
    client: httpx.Client, row: ExperimentRow, hub: Hub, trainer_server: None
) -> None:
    path = f"/v1/experiments/{row.id}/evaluation?split=validation"
    waiting = client.get(path, headers=NOW)
    assert (waiting.status_code, waiting.headers["location"], waiting.json()["status"]) == (202, path, "open")
    QuestionSlot(hub, "wrk_here", Shutdown()).take(waiting.json()["id"])
    answered = client.get(waiting.headers["location"], headers=NOW)
    assert (answered.status_code, answered.json()["split"]) == (200, "validation")
    assert list((hub.settings.data_dir / "questions").iterdir()) == []


class Mortal(AnsweringProcess):
    """A process that is killed at its start while `deaths` is positive."""

    deaths = 0

    def __init__(self, memory: float) -> None:
        super().__init__(memory)
        if Mortal.deaths:
            Mortal.deaths -= 1
            os.kill(self.pid, signal.SIGKILL)


@pytest.mark.parametrize(("deaths", "status", "code"), [(1, 200, None), (2, 503, "not_answered")])
def test_a_killed_process_is_replaced_once(
    client: httpx.Client,
    row: ExperimentRow,
    slot: QuestionSlot,
    monkeypatch: pytest.MonkeyPatch,
    deaths: int,
    status: int,
    code: str | None,
) -> None:
    monkeypatch.setattr(question_job, "AnsweringProcess", Mortal)
    monkeypatch.setattr(Mortal, "deaths", deaths)
    answered = client.get(f"/v1/experiments/{row.id}/evaluation")
    assert (answered.status_code, answered.json().get("code")) == (status, code)


def test_an_answer_that_takes_too_long_is_refused(
    client: httpx.Client, row: ExperimentRow, hub: Hub, trainer_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/v1/experiments/{row.id}/evaluation"
    monkeypatch.setattr(question_job, "DEADLINE_SECONDS", 0.0)
    QuestionSlot(hub, "wrk_here", Shutdown()).take(client.get(path, headers=NOW).json()["id"])
    assert "takes longer than the 0 s" in assert_problem(client.get(path), 413)["detail"]


def test_a_worker_that_shuts_down_hands_its_question_back(
    client: httpx.Client, row: ExperimentRow, hub: Hub, trainer_server: None
) -> None:
    path, shutdown = f"/v1/experiments/{row.id}/evaluation", Shutdown()
    shutdown._begun.set()  # the flag alone: `begin` would end this process
    QuestionSlot(hub, "wrk_going", shutdown).take(client.get(path, headers=NOW).json()["id"])
    with hub.read() as session:
        (question,) = session.scalars(select(QuestionRow))
        assert (question.status, question.owner, question.losses) == ("open", None, 0)


def test_what_cannot_be_evaluated_is_told(client: httpx.Client, row: ExperimentRow, hub: Hub) -> None:
    problem = assert_problem(client.get(f"/v1/experiments/{row.id}/evaluation?epoch=77"), 404)
    assert problem["detail"] == f"experiment {row.id} has no checkpoint of epoch 77; available epochs: 2"
    assert_problem(client.get("/v1/experiments/exp_01kap3v8n0c2q5w8z1t4y7b0df/evaluation"), 404)
    untrained = submit(hub)
    problem = assert_problem(client.get(f"/v1/experiments/{untrained.id}/evaluation"), 404)
    assert problem["code"] == "no_checkpoint"
    assert_problem(client.get(f"/v1/experiments/{row.id}/evaluation?split=training"), 400)


def test_the_rows_in_a_cell_of_the_confusion_matrix_are_told(
    client: httpx.Client, row: ExperimentRow, slot: QuestionSlot
) -> None:
    report = client.get(f"/v1/experiments/{row.id}/evaluation").json()
    path, classes, counts = f"/v1/experiments/{row.id}/errors", report["classes"], report["confusion"]
    errors = client.get(path).json()
    assert errors["total"] == report["n"] - sum(counts[i][i] for i in range(10))
    sure = [one["probability"] for one in errors["data"]]
    assert sure == sorted(sure, reverse=True)
    assert all(one["given"] != one["predicted"] for one in errors["data"])
    given, predicted = errors["data"][0]["given"], errors["data"][0]["predicted"]
    cell = client.get(path, params={"given": given, "predicted": predicted}).json()
    assert cell["total"] == counts[classes.index(given)][classes.index(predicted)]
    right = client.get(path, params={"given": "3", "predicted": "3"}).json()
    assert right["total"] == counts[3][3]
    assert errors["total"] > 2
    page = client.get(path, params={"offset": 1, "limit": 1}).json()
    assert (page["data"], page["total"]) == (errors["data"][1:2], errors["total"])
    assert client.get(path, params={"offset": 10**9}).json()["data"] == []
    problem = assert_problem(client.get(path, params={"given": "ten"}), 400)
    assert problem["detail"].startswith("given: no class 'ten'")


def test_a_column_that_a_built_in_data_set_does_not_have_is_told(
    client: httpx.Client, row: ExperimentRow, slot: QuestionSlot
) -> None:
    problem = assert_problem(client.get(f"/v1/experiments/{row.id}/evaluation?by=city"), 400)
    assert problem["detail"] == "by: the built-in data set digits has no columns to group by"


def test_error_rows_tell_the_epoch_that_was_asked_about_although_another_is_the_best_by_now(hub: Hub) -> None:
    row, one = submit(hub), resolved(Spec(dataset="digits", layers=[8]))
    old = CheckpointRef(key=f"{row.id}/1-1-9", digest="old", size=1, epoch=1, step=9, whole=True)
    network = TrainedNetwork(experiment_id=row.id, spec=one.spec, data=one.data, epoch=1, checkpoint=old)
    with hub.write() as session:
        id_ = questions.ask(session, DEFAULT_WORKSPACE, OutcomesQuestion(network=network, split="test"))
        claimed = leases.claim(session, id_, "wrk_here", timedelta(seconds=15))
    assert claimed is not None
    files = hub.artifacts.put(claimed.lease.key, lambda folder: np.save(folder / OUTCOMES, np.zeros(1, OUTCOMES_DTYPE)))
    answer = OutcomesAnswer(n=1, classes=("0", "1")).model_dump_json()
    job = claim(hub, row)
    for epoch in (1, 2):
        train_epoch(hub, job, epoch)
    with hub.write() as session:
        leases.answered(session, claimed.lease, answer, files)
        new = old.model_copy(update={"key": f"{row.id}/1-2-18", "digest": "new", "epoch": 2, "step": 18})
        checkpoints.add(session, session.get_one(ExperimentRow, row.id), 1, new, now(session))
    with hub.read() as session:
        outcome = questions.outcome(session, DEFAULT_WORKSPACE, id_)
    assert outcome is not None
    cell = Cell("test", "best", "0", "0", 0, 10)
    page = error_rows.page(hub, DEFAULT_WORKSPACE, row.id, outcome, cell)
    assert (page.epoch, page.checkpoint, page.total) == (1, "sha256:old", 1)


class Quick(AnsweringProcess):
    """A process that answers at once, with a file of one line."""

    def __init__(self, memory: float) -> None:
        pass

    def reply(self, ask: Ask, seconds: float, cancelled: Callable[[], bool]) -> Reply:
        (Path(ask.folder) / "a.txt").write_text("line")
        return Answered(answer="{}")


@pytest.mark.parametrize(("failures", "code"), [(2, None), (99, "disk_full")])
def test_a_store_that_is_away_is_tried_again_and_then_the_question_fails_at_once(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, failures: int, code: str | None
) -> None:
    row, one = submit(hub), resolved(Spec(dataset="digits", layers=[8]))
    at = CheckpointRef(key=f"{row.id}/1-1-9", digest="d", size=1, epoch=1, step=9, whole=True)
    network = TrainedNetwork(experiment_id=row.id, spec=one.spec, data=one.data, epoch=1, checkpoint=at)
    put, left = hub.artifacts.put, [failures]

    def failing(key: str, fill: Callable[[Path], None]) -> Receipt:
        def fill_and_fail(folder: Path) -> None:
            fill(folder)
            left[0] -= 1
            if left[0] >= 0:
                raise OSError(errno.ENOSPC, "No space left on device")

        return put(key, fill_and_fail)

    monkeypatch.setattr(hub.artifacts, "put", failing)
    monkeypatch.setattr(question_job, "AnsweringProcess", Quick)
    monkeypatch.setattr(question_job.QuestionJob, "_pause", lambda *_: None)
    with hub.write() as session:
        id_ = questions.ask(session, DEFAULT_WORKSPACE, OutcomesQuestion(network=network, split="test"))
    QuestionSlot(hub, "wrk_here", Shutdown()).take(id_)
    with hub.read() as session:
        found = questions.outcome(session, DEFAULT_WORKSPACE, id_)
    assert found is not None
    assert (found.answer, found.problem and found.problem.code) == (None if code else "{}", code)
