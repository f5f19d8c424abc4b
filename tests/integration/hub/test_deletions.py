"""Files of deleted experiments, and files that no row refers to."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import event, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from gradus.status import Status
from hub.artifacts import pending_deletions
from hub.database.database import now
from hub.experiments import experiments
from hub.hub import Hub
from hub.jobs import checkpoints, claims, reconciler, runs
from hub.tables import ExperimentRow, RemovalRow
from tests.integration.hub.test_leases import expire
from tests.integration.hub.work import claim, submit


def put(hub: Hub, row: ExperimentRow) -> None:
    hub.artifacts.put(f"{row.id}/1-1-1", lambda folder: _write(folder / "weights"))


def _write(path: Path) -> None:
    path.write_bytes(b"weights")


def die_after_deleting(hub: Hub, row: ExperimentRow) -> None:
    """Delete the experiment as a process that is killed just after the commit would: its files stay."""
    with hub.database.write() as session:
        locked = experiments.lock(session, row.id)
        assert locked is not None
        experiments.remove(session, locked)


def tidy_later(hub: Hub) -> None:
    with hub.write() as session:
        session.execute(update(RemovalRow).values(at=now(session) - 2 * pending_deletions.RESERVED))
    reconciler.clean_up(hub, "leader")


def left(hub: Hub) -> list[tuple[str, datetime]]:
    with hub.read() as session:
        return [(row.key, row.at) for row in session.query(RemovalRow)]


def test_files_go_although_the_process_died_that_was_to_remove_them(hub: Hub) -> None:
    row, other = submit(hub), submit(hub)
    put(hub, row)
    put(hub, other)
    die_after_deleting(hub, row)
    reconciler.clean_up(hub, "leader")  # the process that deleted it may still be about to
    assert hub.artifacts.names(row.id) == ["1-1-1"]
    tidy_later(hub)
    assert hub.artifacts.names(row.id) == []
    assert left(hub) == []
    assert hub.artifacts.names(other.id) == ["1-1-1"]


def test_what_is_to_be_removed_once_more_meanwhile_is_not_forgotten(hub: Hub) -> None:
    row = submit(hub)
    die_after_deleting(hub, row)
    with hub.read() as session:
        (seen,) = session.query(RemovalRow).all()
    with hub.write() as session:
        again = now(session)
        checkpoints.delete_all(session, row.id, again)
    with hub.write() as session:
        pending_deletions.removed(session, [seen.key], seen.at)
    assert left(hub) == [(row.id, again)]


def fail(_: Session) -> None:
    raise OperationalError("COMMIT", None, Exception("database or disk is full"))


def claim_in_vain(hub: Hub, row: ExperimentRow) -> None:
    with hub.write() as session:
        event.listen(session, "before_commit", fail)
        assert claims.claim(session, row.job_id, "second", "cpu:1") is not None


def remove_what_is_to_go(hub: Hub) -> None:
    hub.remove(["exp_none"])
    hub._deletions.close()


def test_what_a_worker_has_written_and_not_yet_named_outlives_a_claim_that_failed(hub: Hub) -> None:
    row = submit(hub)
    first = claim(hub, row, "first")
    put(hub, row)
    expire(hub, row)  # the database was away, and the first is about to try again
    with pytest.raises(OperationalError):
        claim_in_vain(hub, row)
    remove_what_is_to_go(hub)
    with hub.write() as session:
        runs.heartbeat(session, first.lease)
    assert hub.artifacts.names(row.id) == ["1-1-1"]


@pytest.mark.parametrize("how", ["claimed", "ended"])
def test_what_nobody_can_name_any_more_goes(hub: Hub, how: str) -> None:
    row = submit(hub)
    first = claim(hub, row, "first")
    put(hub, row)
    if how == "claimed":
        expire(hub, row)
        claim(hub, row, "second")
    else:
        with hub.write() as session:
            runs.end(session, first.lease, row.id, Status.SUCCEEDED)
    remove_what_is_to_go(hub)
    assert hub.artifacts.names(row.id) == []
