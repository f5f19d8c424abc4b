"""Files of experiments that were deleted."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import update

from hub import checkpoints, expected_removals, experiments, reconciler
from hub.database import now
from hub.hub import Hub
from hub.tables import ExperimentRow, RemovalRow
from tests.integration.hub.work import submit


def put(hub: Hub, row: ExperimentRow) -> None:
    hub.artifacts.put(f"{row.id}/1-1-1", lambda folder: _write(folder / "weights"))


def _write(path: Path) -> None:
    path.write_bytes(b"weights")


def die_after_deleting(hub: Hub, row: ExperimentRow) -> None:
    """As a process that is killed once its transaction is committed: of the files nothing is done."""
    with hub.database.write() as session:
        locked = experiments.lock(session, row.id)
        assert locked is not None
        experiments.remove(session, locked)


def tidy_later(hub: Hub) -> None:
    with hub.write() as session:
        session.execute(update(RemovalRow).values(at=now(session) - 2 * expected_removals.SOON))
    reconciler.tidy(hub, "leader")


def left(hub: Hub) -> list[tuple[str, datetime]]:
    with hub.read() as session:
        return [(row.key, row.at) for row in session.query(RemovalRow)]


def test_files_go_although_the_process_died_that_was_to_remove_them(hub: Hub) -> None:
    row, other = submit(hub), submit(hub)
    put(hub, row)
    put(hub, other)
    die_after_deleting(hub, row)
    reconciler.tidy(hub, "leader")  # the process that deleted it may still be about to
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
        checkpoints.forget(session, row.id, again)
    with hub.write() as session:
        expected_removals.removed(session, [seen.key], seen.at)
    assert left(hub) == [(row.id, again)]
