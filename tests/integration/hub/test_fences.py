"""Who has lost the lease can write nothing at all, on both databases."""

import inspect
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from gradus.status import Status
from hub import checkpoints, events, experiments, metrics, runs
from hub.database import now
from hub.hub import Hub
from hub.leases import Lease, LeaseLost
from hub.records import record
from hub.saved import Saved, key_of
from hub.tables import JobRow
from tests.integration.hub.work import claim, metrics_row, submit, train_epoch

Write = Callable[[Session, Lease, str], None]


def saved(lease: Lease, one: str) -> Saved:
    return Saved(key=key_of(one, lease.token, 2, 40), digest="0" * 64, size=1, epoch=2, step=40, whole=True)


WRITES: dict[str, Write] = {
    "heartbeat": lambda session, lease, _: runs.heartbeat(session, lease),
    "record_epochs": lambda session, lease, one: runs.record_epochs(
        session, lease, {one: runs.Epoch(metrics_row(2), best=True, saved=saved(lease, one))}
    ),
    "record_checkpoint": lambda session, lease, one: runs.record_checkpoint(session, lease, one, saved(lease, one)),
    "record_late": lambda session, lease, one: runs.record_late(session, lease, one, saved(lease, one)),
    "say": lambda session, lease, one: runs.say(session, lease, one, "still here"),
    "end": lambda session, lease, one: runs.end(session, lease, one, Status.SUCCEEDED),
    "let_go": lambda session, lease, one: runs.let_go(session, lease, one, saved(lease, one)),
    "hand_back": lambda session, lease, _: runs.hand_back(session, lease, "going"),
    "lose": lambda session, lease, _: runs.lose(session, lease, "its trainer is gone"),
}


def test_the_table_has_every_write_of_a_worker() -> None:
    public = inspect.getmembers(runs, lambda one: inspect.isfunction(one) and one.__module__ == runs.__name__)
    fenced = {name for name, one in public if "lease" in inspect.signature(one).parameters and name[0] != "_"}
    assert fenced == WRITES.keys()


@pytest.mark.parametrize("name", WRITES)
def test_a_stale_worker_leaves_no_row_no_checkpoint_and_no_event(hub: Hub, name: str) -> None:
    row = submit(hub)
    stale = claim(hub, row, "first")
    train_epoch(hub, stale, 1)
    with hub.write() as session:
        past = now(session) - timedelta(seconds=1)
        session.execute(update(JobRow).where(JobRow.id == row.job_id).values(lease_until=past))
    claim(hub, row, "second")
    before = everything(hub, row.id)
    with pytest.raises(LeaseLost), hub.write() as session:
        WRITES[name](session, stale.lease, row.id)
    assert everything(hub, row.id) == before


def everything(hub: Hub, one: str) -> tuple[object, ...]:
    """All that anybody can read of it."""
    with hub.read() as session:
        row = experiments.get(session, one)
        assert row is not None
        job = session.get_one(JobRow, row.job_id)
        return (
            record(row).model_dump(),
            (job.owner, job.token, job.lease_until, job.done, job.losses),
            metrics.read(session, one),
            [(event.seq, event.kind, event.data) for event in events.of_experiment(session, one, 0, 100)],
            [(kept.key, kept.digest) for kept in checkpoints.newest_first(session, one)],
        )
