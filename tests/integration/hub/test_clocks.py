"""Times that a wrong clock wrote: none of them delays anything once the clock is right."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from gradus.status import Status
from gradus.wire.key import Role
from gradus.wire.system import WorkerRecord
from hub import idempotency
from hub.access import browser_sessions, keys, rate_limits
from hub.access.browser_sessions import SessionKind
from hub.artifacts import pending_deletions
from hub.database.database import now
from hub.experiments import experiments
from hub.hub import Hub
from hub.idempotency import Repeatable
from hub.jobs import claims, leases, reconciler, workers
from hub.tables import (
    DEFAULT_WORKSPACE,
    BrowserSessionRow,
    ExperimentRow,
    IdempotencyRow,
    JobRow,
    KeyRow,
    LeaderRow,
    RemovalRow,
    WorkerRow,
)
from tests.integration.hub.work import claim, submit

WRONG = timedelta(hours=2)
"""How far the wrong clock is ahead."""
TERM = leases.LEASE


def set_ahead(hub: Hub, row: ExperimentRow, by: timedelta = WRONG) -> None:
    """Change the job as if the clock had been this far ahead when the job was claimed."""
    with hub.write() as session:
        at = now(session) + by
        ahead = update(JobRow).where(JobRow.id == row.job_id)
        session.execute(ahead.values(lease_until=at + TERM, message_sent_at=at))


@pytest.mark.parametrize("by", [WRONG, timedelta(days=400), timedelta(seconds=5)])
def test_a_lease_with_more_than_one_term_left_is_no_lease(hub: Hub, by: timedelta) -> None:
    row = submit(hub)
    claim(hub, row, "ghost")
    set_ahead(hub, row, by)
    assert claim(hub, row, "next").lease.token == 2
    with hub.read() as session:
        job, found = session.get_one(JobRow, row.job_id), experiments.get(session, row.id)
    assert job.losses == 1
    assert found is not None
    assert found.attempts == 2


def test_a_lease_with_one_term_left_is_one(hub: Hub) -> None:
    row = submit(hub)
    claim(hub, row, "first")
    with hub.write() as session:
        assert claims.claim(session, row.job_id, "second", "cpu:1") is None


def test_a_job_with_a_lease_in_the_future_is_told_of_once_and_can_be_cancelled(hub: Hub) -> None:
    row = submit(hub)
    claim(hub, row, "ghost")
    set_ahead(hub, row)
    assert [reconciler.reconcile(hub, "leader") for _ in range(3)] == [1, 0, 0]
    with hub.write() as session:
        session.execute(update(ExperimentRow).values(request=Status.CANCELLED))
    with hub.write() as session:
        assert claims.claim(session, row.job_id, "next", "cpu:1") is None
    with hub.read() as session:
        found = experiments.get(session, row.id)
    assert found is not None
    assert found.status == Status.CANCELLED


def test_a_hint_of_the_future_is_sent_again(hub: Hub) -> None:
    row = submit(hub)
    with hub.queue.app.connection_for_write() as connection:
        connection.default_channel.client.flushall()
    with hub.write() as session:
        session.execute(update(JobRow).where(JobRow.id == row.job_id).values(message_sent_at=now(session) + WRONG))
    assert [reconciler.reconcile(hub, "leader") for _ in range(3)] == [1, 0, 0]


@pytest.mark.parametrize("duty", ["reconciler", "tidy"])
def test_a_leader_of_the_future_leads_nobody(hub: Hub, duty: str) -> None:
    with hub.write() as session:
        assert reconciler.lead(session, duty, "ghost", now(session) + WRONG)
        assert reconciler.lead(session, duty, "next", now(session))
        assert not reconciler.lead(session, duty, "third", now(session))
        assert session.scalar(select(LeaderRow.owner)) == "next"


def record(worker_id: str) -> WorkerRecord:
    at = datetime.now(UTC)
    return WorkerRecord(
        id=worker_id, host="h", pid=1, device="cpu:1", slots=1, running=0, version="1", started_at=at, seen_at=at
    )


def test_a_worker_seen_in_the_future_is_not_alive_until_it_shows_itself_again(hub: Hub) -> None:
    with hub.write() as session:
        workers.register(session, record("ghost"))
        session.execute(update(WorkerRow).values(seen_at=now(session) + WRONG))
        assert workers.alive(session) == []
        assert workers.beat(session, "ghost", 0, "cpu:1")
        assert [worker.id for worker in workers.alive(session)] == ["ghost"]
        session.execute(update(WorkerRow).values(seen_at=now(session) + WRONG))
        workers.register(session, record("other"))
        assert session.scalars(select(WorkerRow.id)).all() == ["other"]


def test_a_first_answer_of_the_future_is_kept_for_its_day_and_no_longer(hub: Hub) -> None:
    row = submit(hub)
    request = Repeatable(DEFAULT_WORKSPACE, "k", "digest")
    with hub.write() as session:
        at = now(session)
        idempotency.keep(session, request, row.id, "{}", at + timedelta(days=400))
        assert idempotency.delete_expired(session, at) == 0
        assert idempotency.first(session, request) is not None
        assert session.scalar(select(IdempotencyRow.created_at)) == at
        assert idempotency.delete_expired(session, at + idempotency.RETENTION + timedelta(seconds=1)) == 1


def test_files_that_were_to_go_in_the_future_go(hub: Hub) -> None:
    with hub.write() as session:
        at = now(session)
        session.add(RemovalRow(key="exp_1", at=at + WRONG))
        session.flush()
        assert [one.key for one in pending_deletions.due(session, at)] == ["exp_1"]


@pytest.mark.parametrize("kind", SessionKind)
def test_a_pass_that_would_last_longer_than_any_is_none(hub: Hub, kind: SessionKind) -> None:
    with hub.write() as session:
        at = now(session)
        key = session.get_one(KeyRow, keys.create(session, DEFAULT_WORKSPACE, "k", Role.ADMIN, at).id)
        late, made = (
            browser_sessions.issue(session, key, kind, at + WRONG),
            browser_sessions.issue(session, key, kind, at),
        )
        assert browser_sessions.find(session, made.text, kind, at) is not None
        assert (
            browser_sessions.find(session, made.text, kind, at - timedelta(seconds=30)) is not None
        )  # another machine's clock
        assert browser_sessions.find(session, late.text, kind, at) is None
        assert session.scalars(select(BrowserSessionRow.expires_at)).all() == [made.until]


def test_the_last_use_of_a_key_is_written_down_although_it_stood_in_the_future(hub: Hub) -> None:
    with hub.write() as session:
        at = now(session)
        made = keys.create(session, DEFAULT_WORKSPACE, "k", Role.ADMIN, at)
        keys.record_use(session, made.id, at + WRONG)
        assert keys.stale(session.get_one(KeyRow, made.id, populate_existing=True), at)
        keys.record_use(session, made.id, at)
        row = session.get_one(KeyRow, made.id, populate_existing=True)
        assert row.used_at == at
        assert not keys.stale(row, at)


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_a_window_of_requests_does_not_last_until_a_clock_that_was_set_back_has_caught_up(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, ahead = time.time, WRONG.total_seconds()
    counted = rate_limits.RateLimiter("redis://127.0.0.1:1")  # nobody listens there: this process counts alone
    monkeypatch.setattr(time, "time", lambda: real() + ahead)
    assert [counted.hit("w", 2).allowed for _ in range(3)] == [True, True, False]
    monkeypatch.setattr(time, "time", real)
    assert counted.hit("w", 2).allowed
