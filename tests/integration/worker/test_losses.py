"""Workers and trainers that are killed, stopped or frozen: the run continues with the same numbers, and no event is
repeated.
"""

import os
import signal
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from gradus.status import FailureCode, Status
from gradus.wire.finding import Finding
from hub.database.database import now
from hub.experiments import events, experiments
from hub.experiments.mapping import stored_findings
from hub.hub import Hub
from hub.jobs import control
from hub.messaging.outbox import outbox
from hub.tables import ExperimentRow, JobRow
from tests.integration.hub.work import submit
from tests.integration.worker.conftest import StartWorker
from tests.integration.worker.processes import (
    EPOCHS,
    LONG_EPOCH,
    SPEC,
    WorkerUnderTest,
    alive,
    assert_whole,
    lines,
    numbers,
    read,
    until,
    wait_for_epoch,
    wait_for_the_end,
)


def kill_trainer(worker: WorkerUnderTest) -> None:
    """Kill the worker's only trainer, and wait for the next one."""
    until(lambda: worker.trainers)
    (trainer,) = worker.trainers
    os.kill(trainer, signal.SIGKILL)
    until(lambda: worker.trainers not in ([], [trainer]))


def found(hub: Hub, experiment_id: str) -> tuple[list[Finding], list[str]]:
    """The findings of a run, and the findings in its log."""
    with hub.read() as session:
        row = session.get_one(ExperimentRow, experiment_id)
        told = [one.data for one in events.of_experiment(session, experiment_id, 0, 1000) if one.kind == "finding"]
        return list(stored_findings(row)), told


def wait_for_attempt(hub: Hub, experiment_id: str, attempt: int) -> None:
    """Wait until workers have started the run this many times."""
    until(lambda: read(hub, experiment_id).attempts == attempt)


def test_a_run_whose_trainer_is_killed_ends_with_the_bits_of_an_undisturbed_one(
    hub: Hub, start_worker: StartWorker
) -> None:
    worker = start_worker()
    slow = {"optimizer": {"kind": "sgd", "lr": 1e-4}}  # something is wrong with it
    spec = SPEC | slow | {"epochs": 150}  # long enough to be struck twice
    calm, struck = submit(hub, **spec), submit(hub, **spec)
    wait_for_the_end(hub, calm.id)
    for attempt, epoch in enumerate((5, 20), start=2):
        wait_for_epoch(hub, struck.id, epoch)
        kill_trainer(worker)
        wait_for_attempt(hub, struck.id, attempt)
    done = wait_for_the_end(hub, struck.id)
    assert (done.status, done.attempts) == (Status.SUCCEEDED, 3)
    assert numbers(hub, struck.id) == numbers(hub, calm.id)
    assert_whole(hub, struck.id, 150)
    assert found(hub, struck.id) == found(hub, calm.id) != ([], [])
    assert any("killed by SIGKILL" in line for line in lines(hub, struck.id))


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_a_run_whose_trainer_hangs_goes_on_in_another_with_the_same_bits(hub: Hub, start_worker: StartWorker) -> None:
    hub.settings = replace(hub.settings, hang_seconds=5.0)
    worker = start_worker()
    calm, struck = submit(hub, **SPEC), submit(hub, **SPEC)
    wait_for_the_end(hub, calm.id)
    wait_for_epoch(hub, struck.id, 5)
    (trainer,) = worker.trainers
    os.kill(trainer, signal.SIGSTOP)
    done = wait_for_the_end(hub, struck.id)
    assert done.status == Status.SUCCEEDED
    assert done.attempts >= 2
    assert not alive(trainer)
    assert numbers(hub, struck.id) == numbers(hub, calm.id)
    assert_whole(hub, struck.id, EPOCHS)
    assert any("the trainer hung: no progress for" in line for line in lines(hub, struck.id))


def test_a_worker_that_is_killed_takes_its_trainers_along_and_another_takes_over(
    hub: Hub, start_worker: StartWorker
) -> None:
    first = start_worker(slots=2)
    struck = submit(hub, **LONG_EPOCH | {"layers": [256, 256], "epochs": 3})
    short = submit(hub, **SPEC)
    wait_for_epoch(hub, short.id, 5)
    trainers = first.trainers
    assert len(trainers) == 2
    first.send(signal.SIGKILL)
    first.process.wait()
    until(lambda: not any(map(alive, trainers)))
    start_worker(slots=2)
    for row, epochs in ((struck, 3), (short, EPOCHS)):
        done = wait_for_the_end(hub, row.id)
        assert (done.status, done.attempts) == (Status.SUCCEEDED, 2)
        assert_whole(hub, row.id, epochs)
        assert any("the worker was lost" in line for line in lines(hub, row.id))


def test_a_worker_that_is_told_to_stop_hands_its_work_back_at_once(hub: Hub, start_worker: StartWorker) -> None:
    first = start_worker()
    row = submit(hub, **SPEC | {"epochs": 120})
    wait_for_epoch(hub, row.id, 5)
    trainers = first.trainers
    first.send(signal.SIGTERM)
    assert first.process.wait(60) == 0
    with hub.read() as session:
        job = session.get(JobRow, row.job_id)
        assert job is not None
        assert (job.owner, job.done, job.losses) == (None, False, 0)
    assert read(hub, row.id).status == Status.QUEUED
    assert not any(map(alive, trainers))
    start_worker()
    done = wait_for_the_end(hub, row.id)
    assert (done.status, done.attempts) == (Status.SUCCEEDED, 2)
    assert_whole(hub, row.id, 120)


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("signals", "code"), [(1, 1), (2, 128 + signal.SIGTERM)])
def test_a_worker_that_cannot_end_in_order_ends_all_the_same(
    hub: Hub, start_worker: StartWorker, signals: int, code: int
) -> None:
    worker = start_worker(stop_seconds=5)
    trainers = worker.trainers
    row = submit(hub, **LONG_EPOCH)
    wait_for_attempt(hub, row.id, 1)
    with hub.write() as session:
        session.execute(text("SELECT 1"))  # takes the lock that handing back needs
        worker.send(signal.SIGTERM)
        until(lambda: "is shutting down" in worker.log)
        if signals == 2:
            worker.send(signal.SIGTERM)
        assert worker.process.wait(60) == code
    until(lambda: not any(map(alive, trainers)))


@pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)
def test_a_worker_that_was_frozen_writes_nothing_once_its_lease_is_lost(hub: Hub, start_worker: StartWorker) -> None:
    frozen = start_worker()
    row = submit(hub, **SPEC)
    wait_for_epoch(hub, row.id, 5)
    frozen.send(signal.SIGSTOP)
    start_worker()
    wait_for_attempt(hub, row.id, 2)
    frozen.send(signal.SIGCONT)
    done = wait_for_the_end(hub, row.id)
    assert (done.status, done.attempts) == (Status.SUCCEEDED, 2)
    until(lambda: "no longer holds" in frozen.log)
    assert_whole(hub, row.id, EPOCHS)
    for other in [submit(hub, seed=seed) for seed in range(4)]:  # both workers are of use again
        assert wait_for_the_end(hub, other.id).status == Status.SUCCEEDED


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_a_run_that_kills_its_trainer_again_and_again_is_given_up(hub: Hub, start_worker: StartWorker) -> None:
    worker = start_worker()
    row = submit(hub, **LONG_EPOCH)
    for attempt in range(1, 6):
        wait_for_attempt(hub, row.id, attempt)
        kill_trainer(worker)
    done = wait_for_the_end(hub, row.id)
    assert done.error is not None
    assert done.error.code == FailureCode.WORKER_LOST
    assert done.attempts == 5
    assert_whole(hub, row.id, 0)


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_a_fault_in_following_a_run_costs_its_trainer_and_spoils_no_other_run(
    hub: Hub, start_worker: StartWorker
) -> None:
    with hub.write() as session:
        refuse = "BEFORE INSERT ON metrics WHEN NEW.epoch = 5 BEGIN SELECT RAISE(ABORT, 'a fault'); END"
        session.execute(text(f"CREATE TRIGGER fault {refuse}"))
    struck, calm = submit(hub, **SPEC), submit(hub, **SPEC)
    worker = start_worker()
    until(lambda: "a fault" in worker.log)
    with hub.write() as session:
        session.execute(text("DROP TRIGGER fault"))
    for row in (struck, calm):
        assert wait_for_the_end(hub, row.id).status == Status.SUCCEEDED
        assert_whole(hub, row.id, EPOCHS)
    assert numbers(hub, struck.id) == numbers(hub, calm.id)


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_a_worker_that_takes_up_its_own_job_anew_keeps_its_trainers(hub: Hub, start_worker: StartWorker) -> None:
    worker = start_worker(slots=2)
    trainers = tuple(worker.trainers)
    row = submit(hub, **SPEC | {"epochs": 100_000})
    wait_for_attempt(hub, row.id, 1)
    with hub.write() as session:
        past = now(session) - timedelta(seconds=1)
        session.execute(update(JobRow).where(JobRow.id == row.job_id).values(lease_until=past, owner="frozen"))
        outbox(session).jobs.append((row.job_id, "auto"))
    wait_for_attempt(hub, row.id, 2)
    until(lambda: "no longer holds" in worker.log)
    with hub.write() as session:
        locked = experiments.lock(session, row.id)
        assert locked is not None
        control.cancel(session, locked)
    assert wait_for_the_end(hub, row.id).status == Status.CANCELLED
    until(lambda: worker.log.count("succeeded in") + worker.log.count("raised unexpected") == 2)
    assert set(trainers) < set(worker.trainers), "the second attempt has started one of its own"
    assert "Traceback" not in worker.log
