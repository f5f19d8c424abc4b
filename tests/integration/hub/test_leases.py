"""Who may write for a job, on both databases."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from gradus.spec.experiment import Spec
from gradus.status import EventKind, FailureCode, Status
from gradus.wire.event import StepProgress
from gradus.wire.experiment import Failure
from hub.database.database import now
from hub.experiments import events, experiments, metrics
from hub.experiments.experiments import Origin
from hub.experiments.mapping import record
from hub.hub import Hub
from hub.jobs import checkpoints, claims, control, leases, reconciler, runs, worker_loss
from hub.jobs.checkpoint_ref import CheckpointRef, key_of
from hub.messaging.celery_app import queue_name
from hub.messaging.message import SENT, TASK
from hub.tables import DEFAULT_WORKSPACE, ExperimentRow, JobRow
from tests.built_in import prepared
from tests.integration.hub.work import claim, submit, train_epoch


def expire(hub: Hub, row: ExperimentRow, ago: timedelta = timedelta(seconds=1)) -> None:
    """Let the lease expire, as if the worker had been silent for too long."""
    with hub.write() as session:
        past = now(session) - ago
        session.execute(update(JobRow).where(JobRow.id == row.job_id).values(lease_until=past))


def reread(hub: Hub, row: ExperimentRow) -> ExperimentRow:
    with hub.read() as session:
        found = experiments.get(session, row.id)
    assert found is not None
    return found


def test_of_many_claims_at_once_one_succeeds(hub: Hub) -> None:
    row = submit(hub)

    def attempt(number: int) -> bool:
        with hub.write() as session:
            return claims.claim(session, row.job_id, f"worker-{number}", "cpu:1") is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 1
    assert reread(hub, row).attempts == 1


def test_a_worker_that_lost_its_lease_cannot_write(hub: Hub) -> None:
    row = submit(hub)
    stale = claim(hub, row, "first")
    train_epoch(hub, stale, 1)
    expire(hub, row)
    fresh = claim(hub, row, "second")
    assert fresh.lease.token == stale.lease.token + 1

    def write(session: Session) -> None:
        runs.end(session, stale.lease, row.id, Status.SUCCEEDED)

    def beat(session: Session) -> None:
        runs.heartbeat(session, stale.lease)

    def say(session: Session) -> None:
        runs.write_log(session, stale.lease, row.id, "still here")

    def report(session: Session) -> None:
        runs.report_progress(session, stale.lease, [row.id], StepProgress(what="x", done=1, total=2, unit="bytes"))

    def give(session: Session) -> None:
        runs.hand_back(session, stale.lease, "going")

    for forbidden in (write, beat, say, report, give):
        with pytest.raises(leases.LeaseLost), hub.write() as session:
            forbidden(session)
    with pytest.raises(leases.LeaseLost):
        train_epoch(hub, stale, 2)
    with hub.read() as session:
        assert [row.epoch for row in metrics.read(session, row.id)] == [1]
        kinds = [event.kind for event in events.of_experiment(session, row.id, 0, 100)]
    assert kinds == [EventKind.STATUS, EventKind.STATUS, EventKind.EPOCH, EventKind.LOG]


def test_a_lease_is_good_for_its_own_job_alone(hub: Hub) -> None:
    mine, other = submit(hub), submit(hub)
    lease = claim(hub, mine, "first").lease
    claim(hub, other, "second")
    before = reread(hub, other)
    saved = CheckpointRef(key=key_of(other.id, 1, 1, 1), digest="0" * 64, size=1, epoch=1, step=1, whole=True)
    with hub.write() as session:
        runs.write_log(session, lease, other.id, "not mine")
        runs.record_checkpoint(session, lease, other.id, saved)
        runs.release_experiment(session, lease, other.id, None)
        runs.end(session, lease, other.id, Status.SUCCEEDED)
        assert checkpoints.newest_first(session, other.id) == []
    after = reread(hub, other)
    assert (after.status, after.events, after.version) == (Status.RUNNING, before.events, before.version)


def test_a_lost_run_that_is_begun_anew_records_no_epoch_twice(hub: Hub) -> None:
    row = submit(hub)
    first = claim(hub, row, "first")
    for epoch in (1, 2):
        train_epoch(hub, first, epoch)
    expire(hub, row)
    second = claim(hub, row, "second")
    assert second.members[0].epoch == 2
    for epoch in (1, 2, 3):
        train_epoch(hub, second, epoch)
    with hub.write() as session:
        runs.end(session, second.lease, row.id, Status.SUCCEEDED)
    with hub.read() as session:
        assert [row.epoch for row in metrics.read(session, row.id)] == [1, 2, 3]
        seqs = [event.seq for event in events.of_experiment(session, row.id, 0, 100)]
    assert seqs == list(range(1, len(seqs) + 1))
    assert reread(hub, row).attempts == 2


def test_a_run_whose_last_epochs_are_gone_from_the_database_does_not_end(hub: Hub) -> None:
    row = submit(hub)
    lease = claim(hub, row).lease

    def end(epoch: int) -> None:
        with hub.write() as session:
            runs.end(session, lease, row.id, Status.SUCCEEDED, epoch=epoch)

    with pytest.raises(leases.LeaseLost, match="is missing from the database"):
        end(epoch=3)
    assert reread(hub, row).status == Status.RUNNING


def test_a_job_lost_again_and_again_without_an_epoch_is_given_up(hub: Hub) -> None:
    row = submit(hub)
    claim(hub, row)
    for _ in range(worker_loss.MAX_LOSSES - 1):
        expire(hub, row)
        claim(hub, row)
    expire(hub, row)
    with hub.write() as session:
        assert claims.claim(session, row.job_id, "worker", "cpu:1") is None
    lost = record(reread(hub, row))
    assert (lost.status, lost.error and lost.error.code) == (Status.FAILED, FailureCode.WORKER_LOST)


def test_who_waits_in_a_job_that_is_given_up_goes_on_waiting(hub: Hub) -> None:
    spec = Spec(dataset="digits", layers=[8])
    with hub.write() as session:
        array = [(prepared(spec), Origin(f"exp_{number}")) for number in range(2)]
        lost, waits = experiments.add_all(session, DEFAULT_WORKSPACE, array, [[0, 1]], now(session))
    claimed = claim(hub, lost)
    for _ in range(worker_loss.MAX_LOSSES - 1):
        expire(hub, lost)
        claimed = claim(hub, lost)
    with hub.write() as session:
        runs.release_experiment(session, claimed.lease, waits.id, None)
    before = reread(hub, waits)
    expire(hub, lost)
    with hub.write() as session:
        assert claims.claim(session, lost.job_id, "worker", "cpu:1") is None
    after = reread(hub, waits)
    assert reread(hub, lost).status == Status.FAILED
    assert (after.status, after.attempts, after.events) == (Status.QUEUED, before.attempts, before.events)
    for _ in range(2):
        assert [member.id for member in claim(hub, waits).members] == [waits.id]
        expire(hub, waits)


def checkpoint(claimed: claims.Claim, step: int, epoch: int = 0) -> CheckpointRef:
    """A checkpoint at this step, in the middle of the epoch after `epoch`."""
    (one,) = claimed.members
    key = key_of(one.id, claimed.lease.token, epoch, step)
    return CheckpointRef(key=key, digest="0" * 64, size=1, epoch=epoch, step=step, whole=False)


def keep_checkpoint(hub: Hub, claimed: claims.Claim, number: int) -> None:
    """Record a checkpoint in the middle of the first epoch."""
    (one,) = claimed.members
    with hub.write() as session:
        runs.record_checkpoint(session, claimed.lease, one.id, checkpoint(claimed, number))


def test_a_checkpoint_after_an_epoch_that_was_not_recorded_has_no_name(hub: Hub) -> None:
    row = submit(hub)
    claimed = claim(hub, row)
    train_epoch(hub, claimed, 1)
    unrecorded, recorded = checkpoint(claimed, 20, epoch=2), checkpoint(claimed, 15, epoch=1)
    for name in (runs.record_checkpoint, runs.release_experiment):
        with pytest.raises(leases.LeaseLost, match="is missing from the database"), hub.write() as session:
            name(session, claimed.lease, row.id, unrecorded)
    with hub.write() as session:
        held = experiments.lock(session, row.id)
        assert held is not None
        control.cancel(session, held)
        runs.release_experiment(session, claimed.lease, row.id, None)
    for late in (recorded, unrecorded):
        with hub.write() as session:
            runs.record_late(session, claimed.lease, row.id, late)
    with hub.read() as session:
        assert [one.key for one in checkpoints.newest_first(session, row.id)] == [recorded.key]


@pytest.mark.parametrize("get_further", [train_epoch, keep_checkpoint])
def test_an_epoch_or_a_checkpoint_between_two_losses_sets_the_count_back(
    hub: Hub, get_further: Callable[[Hub, claims.Claim, int], None]
) -> None:
    row = submit(hub, epochs=20)
    for number in range(1, 2 * worker_loss.MAX_LOSSES):
        claimed = claim(hub, row)
        get_further(hub, claimed, number)
        if number % 2:
            expire(hub, row)
        else:
            with hub.write() as session:
                runs.record_loss(session, claimed.lease, "its trainer is gone")
    claim(hub, row)
    assert reread(hub, row).status == Status.RUNNING


def test_work_handed_back_can_be_claimed_at_once(hub: Hub) -> None:
    row = submit(hub)
    first = claim(hub, row, "first")
    with hub.write() as session:
        runs.hand_back(session, first.lease, "the worker stops")
    assert reread(hub, row).status == Status.QUEUED
    assert claim(hub, row, "second").lease.owner == "second"


def test_a_job_is_closed_with_its_last_experiment(hub: Hub) -> None:
    row = submit(hub)
    claimed = claim(hub, row)
    error = Failure(code=FailureCode.DIVERGED, message="the loss is NaN", epoch=1, step=3, layer="layers/0")
    with hub.write() as session:
        runs.end(session, claimed.lease, row.id, Status.FAILED, error)
    assert record(reread(hub, row)).error == error
    with hub.write() as session:
        assert claims.claim(session, row.job_id, "other", "cpu:1") is None


def test_a_cancelled_queued_experiment_is_over_and_never_claimed(hub: Hub) -> None:
    row = submit(hub)
    with hub.write() as session:
        locked = experiments.lock(session, row.id)
        assert locked is not None
        control.cancel(session, locked)
    assert reread(hub, row).status == Status.CANCELLED
    with hub.write() as session:
        assert claims.claim(session, row.job_id, "worker", "cpu:1") is None


def test_the_wish_to_cancel_outlives_the_worker(hub: Hub) -> None:
    row = submit(hub)
    claim(hub, row)
    with hub.write() as session:
        locked = experiments.lock(session, row.id)
        assert locked is not None
        control.cancel(session, locked)
    assert reread(hub, row).status == Status.RUNNING
    expire(hub, row)
    with hub.write() as session:
        assert claims.claim(session, row.job_id, "next", "cpu:1") is None
    assert reread(hub, row).status == Status.CANCELLED


def test_cancelling_and_claiming_at_once_never_waits_in_a_circle(hub: Hub) -> None:
    rows = [submit(hub) for _ in range(24)]

    def cancel(row: ExperimentRow) -> None:
        with hub.write() as session:
            locked = experiments.lock(session, row.id)
            assert locked is not None
            control.cancel(session, locked)

    def take(row: ExperimentRow) -> None:
        with hub.write() as session:
            claims.claim(session, row.job_id, "worker", "cpu:1")

    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(work, row) for row in rows for work in (cancel, take)]
    assert [future.exception() for future in done] == [None] * len(done)


def test_lost_hints_are_sent_again_by_one_leader(hub: Hub) -> None:
    row = submit(hub)
    with hub.write() as session:
        long_ago = now(session) - reconciler.DELIVERY_TIME * 2
        session.execute(update(JobRow).where(JobRow.id == row.job_id).values(message_sent_at=long_ago))
    purge(hub)
    assert reconciler.reconcile(hub, "first") == 1
    assert hub.flush()
    assert hub.queue.depth("auto") == 1
    assert reconciler.reconcile(hub, "second") == 0
    assert reconciler.reconcile(hub, "first") == 0


def test_a_job_whose_worker_vanished_is_told_of_once_however_many_others_wait(hub: Hub) -> None:
    purge(hub)
    lost = submit(hub)
    claim(hub, lost)
    submit(hub)
    expire(hub, lost, ago=reconciler.DELIVERY_TIME)
    with hub.write() as session:
        session.execute(update(JobRow).values(message_sent_at=now(session) - 3 * reconciler.DELIVERY_TIME))
    assert hub.flush()
    before = hub.queue.depth("auto")
    assert before > 0
    assert [reconciler.reconcile(hub, "first") for _ in range(2)] == [1, 0]
    assert hub.flush()
    assert hub.queue.depth("auto") == before + 1


def age(hub: Hub, row: ExperimentRow, by: timedelta) -> None:
    """Change the job as if its last message had been sent this long ago."""
    with hub.write() as session:
        session.execute(update(JobRow).where(JobRow.id == row.job_id).values(message_sent_at=now(session) - by))


def test_a_lost_hint_is_sent_again_although_others_wait(hub: Hub) -> None:
    purge(hub)
    lost = submit(hub)
    purge(hub)
    waiting = submit(hub)
    age(hub, lost, 2 * reconciler.QUEUE_MARGIN)
    age(hub, waiting, reconciler.QUEUE_MARGIN / 2)
    assert [reconciler.reconcile(hub, "first") for _ in range(2)] == [1, 0]
    assert hub.flush()
    assert hub.queue.depth("auto") == 2


def test_a_hint_that_waits_is_not_sent_again_however_long_it_does(hub: Hub) -> None:
    row = submit(hub)
    purge(hub)
    sent = {SENT: time.time() - 3 * reconciler.QUEUE_MARGIN.total_seconds()}
    hub.queue.app.send_task(TASK, args=[row.job_id], queue=queue_name("auto"), headers=sent)
    age(hub, row, 3 * reconciler.QUEUE_MARGIN)
    assert reconciler.reconcile(hub, "first") == 0
    age(hub, row, 5 * reconciler.QUEUE_MARGIN)
    assert reconciler.reconcile(hub, "first") == 1


FOREIGN = (b"garbage", b"null", b"[]", b'{"headers": {"gradus_sent": "yesterday"}}', b'{"headers": 5}')


@pytest.mark.parametrize("foreign", FOREIGN)
def test_a_foreign_message_in_the_queue_keeps_no_lost_hint_from_being_sent_again(hub: Hub, foreign: bytes) -> None:
    row = submit(hub)
    purge(hub)
    age(hub, row, 2 * reconciler.DELIVERY_TIME)
    push(hub, foreign)
    assert reconciler.reconcile(hub, "first") == 1


def test_the_hint_behind_foreign_messages_says_what_is_still_under_way(hub: Hub) -> None:
    purge(hub)
    row = submit(hub)
    push(hub, *FOREIGN)
    age(hub, row, reconciler.QUEUE_MARGIN / 2)
    assert reconciler.reconcile(hub, "first") == 0


def test_a_key_that_is_no_queue_is_removed(hub: Hub) -> None:
    row = submit(hub)
    purge(hub)
    with hub.queue.app.connection_for_write() as connection:
        connection.default_channel.client.set(queue_name("auto"), "no list")
    age(hub, row, 2 * reconciler.DELIVERY_TIME)
    assert reconciler.reconcile(hub, "first") == 1
    assert hub.flush()
    assert hub.queue.depth("auto") == 1


def push(hub: Hub, *elements: bytes) -> None:
    """Put elements at the end of the queue from which the next message is taken."""
    with hub.queue.app.connection_for_write() as connection:
        connection.default_channel.client.rpush(queue_name("auto"), *elements)


@pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)
def test_the_reconciler_waits_for_nobody_who_holds_jobs(hub: Hub) -> None:
    held, free = submit(hub), submit(hub)
    purge(hub)
    for row in (held, free):
        age(hub, row, 2 * reconciler.QUEUE_MARGIN)
    with hub.write() as session:
        assert experiments.lock(session, held.id)
        assert reconciler.reconcile(hub, "first") == 1
    assert reconciler.reconcile(hub, "first") == 1


def purge(hub: Hub) -> None:
    """Delete all data of Redis."""
    assert hub.flush()
    with hub.queue.app.connection_for_write() as connection:
        connection.default_channel.client.flushall()


def told(hub: Hub, row: ExperimentRow) -> list[tuple[str, str]]:
    """Level and message of every line in an experiment's log."""
    with hub.read() as session:
        lines = [e for e in events.of_experiment(session, row.id, after=0, limit=100) if e.kind == EventKind.LOG]
    return [(line["level"], line["message"]) for line in map(json.loads, (e.data for e in lines))]


def test_the_log_of_a_failed_run_says_what_happened(hub: Hub) -> None:
    row = submit(hub)
    failure = Failure(code=FailureCode.DIVERGED, message="the loss ran away", epoch=1, step=3, layer="layers/0")
    lease = claim(hub, row).lease
    with hub.write() as session:
        runs.end(session, lease, row.id, Status.FAILED, failure)
    assert told(hub, row) == [("error", "the loss ran away")]


def test_a_run_that_goes_on_with_another_device_says_so(hub: Hub) -> None:
    row = submit(hub)
    claim(hub, row, "first", device="cpu:1 (GenuineIntel AVX512, torch 2.13.0)")
    expire(hub, row)
    claim(hub, row, "second", device="cpu:1 (AuthenticAMD AVX2, torch 2.13.0)")
    lines = told(hub, row)
    assert [level for level, _ in lines] == ["warning", "warning"]
    assert "AuthenticAMD AVX2" in lines[0][1]
    assert "GenuineIntel AVX512" in lines[0][1]


def test_a_run_that_goes_on_with_an_equal_device_says_nothing_of_it(hub: Hub) -> None:
    row = submit(hub)
    claim(hub, row, "first")
    expire(hub, row)
    claim(hub, row, "second")
    assert ["the worker was lost" in message for _, message in told(hub, row)] == [True]
