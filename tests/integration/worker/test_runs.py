"""Runs through a real worker process, with every kind of end."""

import base64
import gzip
import json
import math
import random
import resource
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from sqlalchemy import update

from gradus.datasets import DATASETS
from gradus.spec.experiment import Spec
from gradus.status import FailureCode, Status
from hub.database.database import now
from hub.experiments import experiments
from hub.hub import Hub
from hub.jobs import control
from hub.messaging.celery_app import queue_name
from hub.messaging.message import SENT, JobMessage, message
from hub.tables import DEFAULT_WORKSPACE, JobRow
from tests.built_in import prepared
from tests.integration.hub.work import submit
from tests.integration.worker.conftest import workers
from tests.integration.worker.groups import bounded_memory, can_bound_memory
from tests.integration.worker.processes import (
    LONG_EPOCH,
    WorkerUnderTest,
    alive,
    assert_whole,
    lines,
    log_of,
    numbers,
    read,
    rows,
    until,
    wait_for_the_end,
)

on_sqlite = pytest.mark.parametrize("module_hub", ["sqlite"], indirect=True)
"""For tests that do not depend on the kind of database."""


def test_a_run_goes_from_the_queue_to_its_end(shared_hub: Hub, shared_worker: WorkerUnderTest) -> None:
    row = submit(shared_hub, layers=[16], epochs=4)
    done = wait_for_the_end(shared_hub, row.id)
    assert (done.status, done.progress.epoch, done.attempts) == (Status.SUCCEEDED, 4, 1)
    assert done.device is not None
    assert done.device.startswith("cpu:1 (")
    assert_whole(shared_hub, row.id, epochs=4)
    best = max(rows(shared_hub, row.id), key=lambda found: (found.validation_accuracy, -found.epoch))
    assert done.best == best
    assert done.latest == rows(shared_hub, row.id)[-1]


def trainers_of(hub: Hub, worker: WorkerUnderTest) -> list[int]:
    """The worker's trainers, after a first run, because the worker starts none before."""
    wait_for_the_end(hub, submit(hub).id)
    return worker.trainers


def cancel(hub: Hub, experiment_id: str) -> None:
    with hub.write() as session:
        locked = experiments.lock(session, experiment_id)
        assert locked is not None
        control.cancel(session, locked)


def test_the_same_spec_gives_the_same_bits_in_the_same_warm_trainer(
    shared_hub: Hub, shared_worker: WorkerUnderTest
) -> None:
    trainers = trainers_of(shared_hub, shared_worker)
    first, second, other = (
        submit(shared_hub, dropout=0.5),
        submit(shared_hub, dropout=0.5),
        submit(shared_hub, dropout=0.5, seed=1),
    )
    for row in (first, second, other):
        wait_for_the_end(shared_hub, row.id)
    assert numbers(shared_hub, first.id) == numbers(shared_hub, second.id) != numbers(shared_hub, other.id)
    assert shared_worker.trainers == trainers


def test_a_cancelled_run_ends_in_the_middle_of_an_epoch_and_leaves_the_trainer_warm(
    shared_hub: Hub, shared_worker: WorkerUnderTest
) -> None:
    trainers = trainers_of(shared_hub, shared_worker)
    row = submit(shared_hub, **LONG_EPOCH)
    until(lambda: read(shared_hub, row.id).status == Status.RUNNING)
    cancel(shared_hub, row.id)
    done = wait_for_the_end(shared_hub, row.id)
    assert done.status == Status.CANCELLED
    after = submit(shared_hub)
    assert wait_for_the_end(shared_hub, after.id).status == Status.SUCCEEDED
    assert_whole(shared_hub, row.id, epochs=0)
    assert shared_worker.trainers == trainers


def test_a_run_that_diverges_fails_and_names_epoch_step_and_layer(
    shared_hub: Hub, shared_worker: WorkerUnderTest
) -> None:
    row = submit(shared_hub, layers=[16, 8], activation="identity", optimizer={"kind": "sgd", "lr": 1000})
    done = wait_for_the_end(shared_hub, row.id)
    assert done.status == Status.FAILED
    assert done.error is not None
    assert done.error.code == FailureCode.DIVERGED
    last = rows(shared_hub, row.id)[-1]
    assert done.error.epoch == last.epoch
    assert done.error.step is not None
    assert last.step - 1200 / 64 - 1 <= done.error.step <= last.step
    assert done.error.layer in {"layers/0", "layers/1", "output"}
    assert not math.isfinite(last.test_loss)
    assert_whole(shared_hub, row.id, epochs=last.epoch)
    assert done.attempts == 1


def test_a_truncated_file_is_a_data_error_that_names_it(shared_hub: Hub, shared_worker: WorkerUnderTest) -> None:
    folder = shared_hub.settings.dataset_dirs[0] / "mnist"
    folder.mkdir(parents=True)
    for file in DATASETS["mnist"].files:
        (folder / file.name).write_bytes(gzip.compress(bytes(1000))[:-10])
    row = submit(shared_hub, dataset="mnist")
    done = wait_for_the_end(shared_hub, row.id)
    assert done.error is not None
    assert done.error.code == FailureCode.DATA_ERROR
    assert str(folder / DATASETS["mnist"].files[0].name) in done.error.message
    assert done.attempts == 1
    assert wait_for_the_end(shared_hub, submit(shared_hub).id).status == Status.SUCCEEDED


@on_sqlite
def test_a_network_larger_than_the_memory_fails_and_the_next_run_succeeds(
    shared_hub: Hub, shared_worker: WorkerUnderTest
) -> None:
    (trainer,) = trainers_of(shared_hub, shared_worker)
    size = int(Path(f"/proc/{trainer}/statm").read_text().split()[0]) * resource.getpagesize() + 300 * 2**20
    resource.prlimit(trainer, resource.RLIMIT_AS, (size, size))
    assert_out_of_memory(shared_hub, submit(shared_hub, layers=[8192, 8192]).id)
    assert wait_for_the_end(shared_hub, submit(shared_hub).id).status == Status.SUCCEEDED
    assert trainer not in shared_worker.trainers


def assert_out_of_memory(hub: Hub, experiment_id: str) -> None:
    """Check that the run failed because memory was short, and was not tried again."""
    done = wait_for_the_end(hub, experiment_id)
    assert done.error is not None
    assert done.error.code == FailureCode.OUT_OF_MEMORY, done.error
    assert "out of memory" in done.error.message
    assert done.attempts == 1
    assert_whole(hub, experiment_id, epochs=0)


@on_sqlite
@pytest.mark.skipif(not can_bound_memory(), reason="only root can bound the memory of a control group here")
def test_a_trainer_that_the_kernel_kills_for_its_memory_fails_its_run_alone(
    shared_hub: Hub, shared_worker: WorkerUnderTest
) -> None:
    (trainer,) = trainers_of(shared_hub, shared_worker)
    with bounded_memory(trainer, 600 * 2**20):
        assert_out_of_memory(shared_hub, submit(shared_hub, layers=[8192, 8192]).id)
        assert not alive(trainer)
    assert wait_for_the_end(shared_hub, submit(shared_hub).id).status == Status.SUCCEEDED
    assert shared_worker.process.poll() is None


@on_sqlite
@pytest.mark.usefixtures("shared_worker")
def test_a_trainer_takes_no_more_memory_than_its_worker_was_told(shared_hub: Hub, tmp_path: Path) -> None:
    with workers(shared_hub, tmp_path) as start:
        worker = start(memory=1.0)
        both = [submit(shared_hub, **LONG_EPOCH) for _ in range(2)]  # one for the worker that is there already
        until(lambda: worker.trainers)
        (trainer,) = worker.trainers
        until(lambda: all(read(shared_hub, row.id).status == Status.RUNNING for row in both))
        assert resource.prlimit(trainer, resource.RLIMIT_DATA)[0] == 2**30
        assert Path(f"/proc/{trainer}/oom_score_adj").read_text() == "500\n"
        for row in both:
            cancel(shared_hub, row.id)
            wait_for_the_end(shared_hub, row.id)


@on_sqlite
def test_a_full_disk_costs_checkpoints_and_no_run(shared_hub: Hub, shared_worker: WorkerUnderTest) -> None:
    (trainer,) = trainers_of(shared_hub, shared_worker)
    before = resource.prlimit(trainer, resource.RLIMIT_FSIZE)
    resource.prlimit(trainer, resource.RLIMIT_FSIZE, (2**18, before[1]))
    row = submit(shared_hub, layers=[512, 512], epochs=2)
    done = wait_for_the_end(shared_hub, row.id)
    resource.prlimit(trainer, resource.RLIMIT_FSIZE, before)
    assert done.status == Status.SUCCEEDED
    assert_whole(shared_hub, row.id, epochs=2)
    assert shared_hub.artifacts.names(row.id) == []
    assert "cannot be written" in shared_worker.log


def test_max_seconds_ends_a_run_in_success(shared_hub: Hub, shared_worker: WorkerUnderTest) -> None:
    row = submit(shared_hub, epochs=100_000, max_seconds=0.5)
    done = wait_for_the_end(shared_hub, row.id)
    assert done.status == Status.SUCCEEDED
    assert 0 < done.progress.epoch < 100_000
    assert any("max_seconds" in line for line in lines(shared_hub, row.id))
    before_the_last = rows(shared_hub, row.id)[:-1]
    assert sum(found.seconds for found in before_the_last) < 0.5


def test_early_stopping_says_why_and_keeps_the_best_epoch(shared_hub: Hub, shared_worker: WorkerUnderTest) -> None:
    row = submit(shared_hub, epochs=1000, early_stopping={"metric": "validation_loss", "patience": 2})
    done = wait_for_the_end(shared_hub, row.id)
    assert done.status == Status.SUCCEEDED
    assert done.best is not None
    assert done.best.epoch == done.progress.epoch - 2
    assert any(f"the best epoch was {done.best.epoch}" in line for line in lines(shared_hub, row.id))


@pytest.mark.parametrize("dataset", ["wine", "breast_cancer", "diabetes"])
def test_every_built_in_data_set_trains(shared_hub: Hub, shared_worker: WorkerUnderTest, dataset: str) -> None:
    row = submit(shared_hub, dataset=dataset, epochs=2)
    assert wait_for_the_end(shared_hub, row.id).status == Status.SUCCEEDED
    accuracy = json.loads(log_of(shared_hub, row.id)[2][2])["test_accuracy"]
    assert (accuracy is None) == (dataset == "diabetes")


JOB = "job_01kap3v8n0c2q5w8z1t4y7b0df"
"""The id of a job that does not exist."""
NONSENSE: tuple[object, ...] = (
    None, True, 5, -1.5, float("inf"), "", "***", "yesterday", [], {}, [[JOB], {}, {}], {"task": "x"}, "x" * 2000
)  # fmt: skip


def garbage(rng: random.Random) -> bytes:
    """Random bytes, a random document, or a message in which one value is replaced by nonsense."""
    kind = rng.randrange(4)
    if kind == 0:
        return rng.randbytes(rng.randrange(200))
    if kind == 1:
        return json.dumps(rng.choice(NONSENSE)).encode()
    send_job = message(JobMessage(JOB), queue_name("auto"))
    place = rng.choice([send_job, send_job["headers"], send_job["properties"]])
    key = rng.choice([*place, SENT, "eta", "expires", "timelimit", "group", "chord", "callbacks", "chain", "unknown"])
    place[key] = rng.choice(NONSENSE)
    written = json.dumps(send_job).encode()
    return written[: rng.randrange(len(written))] if kind == 2 else written


MALFORMED: tuple[object, ...] = ({"chain": "x"}, {"callbacks": 5}, {"errbacks": [{}]}, {"chord": {"task": 1}}, 5, None)
"""Malformed values that a message may contain beside its job. They never reach a task's own code."""


def with_embedded(embedded: object) -> bytes:
    body = base64.b64encode(json.dumps([[JOB], {}, embedded]).encode()).decode()
    return json.dumps({**message(JobMessage(JOB), queue_name("auto")), "body": body}).encode()


@on_sqlite
def test_whatever_stands_in_the_queue_the_worker_lives_and_takes_the_hint_behind_it(
    shared_hub: Hub, shared_worker: WorkerUnderTest
) -> None:
    rng = random.Random(19)
    with redis.Redis.from_url(shared_hub.settings.redis_url) as client:
        for device in ("auto", "cpu"):
            elements = [*map(with_embedded, MALFORMED), *(garbage(rng) for _ in range(150))]
            rng.shuffle(elements)
            client.lpush(queue_name(device), *elements)
        client.zadd("unacked_index", {"foreign": 1})
        client.hset("unacked", "foreign", "garbage")
        for channel in ("gradus:control", "gradus:events"):
            client.publish(channel, b"\xff\xfe")
        row = submit(shared_hub)
        assert wait_for_the_end(shared_hub, row.id).status == Status.SUCCEEDED
        client.set(queue_name("cpu"), "no list")
        assert wait_for_the_end(shared_hub, submit(shared_hub, device="cpu").id).status == Status.SUCCEEDED
    assert shared_worker.process.poll() is None
    assert_lost_hints_are_sent_again(shared_hub)


def assert_lost_hints_are_sent_again(hub: Hub) -> None:
    """Check that the reconciler still works: it sends the message of a waiting job again."""
    with hub.write() as session:
        spec = Spec(dataset="digits", layers=[8], epochs=1)
        row = experiments.add(session, DEFAULT_WORKSPACE, prepared(spec), now(session))
        session.execute(
            update(JobRow).where(JobRow.id == row.job_id).values(message_sent_at=now(session) - timedelta(hours=1))
        )
    assert wait_for_the_end(hub, row.id).status == Status.SUCCEEDED
