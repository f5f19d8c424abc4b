"""Copies of checkpoints for forks: they are kept if a row refers to them and deleted otherwise, wherever an error
occurs.
"""

from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from gradus.errors import Conflict, Unavailable
from gradus.spec.experiment import Spec
from hub.artifacts import pending_deletions
from hub.database.database import now
from hub.experiments import experiments, forks
from hub.experiments.experiments import Origin
from hub.experiments.forks import CopiedCheckpoint
from hub.hub import Hub
from hub.ids import new_id
from hub.jobs import reconciler
from hub.jobs.checkpoint_ref import CheckpointRef
from hub.tables import DEFAULT_WORKSPACE, RemovalRow
from tests.built_in import prepared
from tests.integration.hub.work import unacknowledged

NEW = new_id("exp")


@pytest.fixture
def source(hub: Hub) -> CheckpointRef:
    """A checkpoint in the store."""
    receipt = hub.artifacts.put("exp_1/1-1-9", _fill)
    return CheckpointRef(key="exp_1/1-1-9", digest=receipt.digest, size=receipt.size, epoch=1, step=9, whole=True)


def _fill(folder: Path) -> None:
    (folder / "weights").write_bytes(b"weights")


def add(session: Session, copied: CopiedCheckpoint) -> None:
    spec = Spec(dataset="digits", layers=[8])
    row = experiments.add(session, DEFAULT_WORKSPACE, prepared(spec), now(session), Origin(NEW, "exp_1", 1))
    forks.keep(session, row, copied)


def tidy_later(hub: Hub) -> None:
    """Delete the files whose deletion was left to the periodic cleanup."""
    with hub.write() as session:
        session.execute(update(RemovalRow).values(at=now(session) - 2 * pending_deletions.RESERVED))
    reconciler.clean_up(hub, "leader")


def test_the_copy_stays_with_the_experiment_that_names_it(hub: Hub, source: CheckpointRef) -> None:
    with forks.copied(hub, source, NEW) as copied, hub.write() as session:
        add(session, copied)
    tidy_later(hub)
    hub.close()
    assert hub.artifacts.names(NEW) == ["0-1-9"]


def test_the_copy_stays_when_nobody_heard_that_the_experiment_was_added(hub: Hub, source: CheckpointRef) -> None:
    with suppress(OperationalError), forks.copied(hub, source, NEW) as copied, unacknowledged(hub) as session:
        add(session, copied)
    tidy_later(hub)
    hub.close()
    assert hub.artifacts.names(NEW) == ["0-1-9"]


def test_the_copy_goes_when_the_fork_is_refused(hub: Hub, source: CheckpointRef) -> None:
    with pytest.raises(Conflict, match="the reason"), forks.copied(hub, source, NEW):
        _refuse(hub)
    hub.close()
    assert hub.artifacts.names(NEW) == []


def _refuse(hub: Hub) -> None:
    assert hub.artifacts.names(NEW) == ["0-1-9"]
    raise Conflict("the reason")


def test_the_copy_goes_later_when_the_process_died_before_it_was_named(hub: Hub, source: CheckpointRef) -> None:
    with suppress(OperationalError), forks.copied(hub, source, NEW):
        raise OperationalError("BEGIN", None, Exception("gone"))
    assert hub.artifacts.names(NEW) == ["0-1-9"]
    tidy_later(hub)
    assert hub.artifacts.names(NEW) == []


def test_a_copy_that_is_about_to_go_is_not_named_any_more(hub: Hub, source: CheckpointRef) -> None:
    with pytest.raises(Unavailable, match="too long"), forks.copied(hub, source, NEW) as copied:
        _add_too_late(hub, copied)
    with hub.read() as session:
        assert experiments.get(session, NEW) is None


def _add_too_late(hub: Hub, copied: CopiedCheckpoint) -> None:
    tidy_later(hub)
    with hub.write() as session:
        add(session, copied)
