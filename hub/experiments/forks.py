"""Forks: new experiments that start from a checkpoint of another experiment."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from gradus.errors import Conflict, Unavailable
from hub.artifacts import pending_deletions
from hub.artifacts.manifest import MANIFEST, Damaged
from hub.artifacts.store import ArtifactStore
from hub.database.database import DATABASE_AWAY, now
from hub.hub import Hub
from hub.jobs import checkpoints
from hub.jobs.checkpoint_ref import CheckpointRef, key_of
from hub.tables import CheckpointRow, ExperimentRow


def find(session: Session, experiment_id: str, epoch: int) -> CheckpointRef:
    """The newest checkpoint at the end of this epoch.

    Raises:
        Conflict: the experiment has no such checkpoint.
    """
    at_ends = select(CheckpointRow).where(CheckpointRow.experiment_id == experiment_id, CheckpointRow.whole)
    rows = session.scalars(at_ends.order_by(CheckpointRow.id.desc())).all()
    for row in rows:
        if row.epoch == epoch:
            return checkpoints.reference(row)
    stored = ", ".join(map(str, sorted({row.epoch for row in rows}))) or "none"
    raise Conflict(
        f"experiment {experiment_id} has no checkpoint of epoch {epoch}; its checkpoints: {stored}",
        code="no_checkpoint",
    )


@dataclass(frozen=True)
class CopiedCheckpoint:
    """A copy of another experiment's checkpoint. It is deleted again unless a row of the new experiment refers to it in
    time. The database decides this, even if the result of the commit is unknown."""

    experiment_id: str
    reference: CheckpointRef
    at: datetime
    """When its pending deletion was recorded."""


@contextmanager
def copied(hub: Hub, source: CheckpointRef, experiment_id: str) -> Iterator[CopiedCheckpoint]:
    """Copy a checkpoint for an experiment that the block may add.

    Raises:
        Conflict: the checkpoint is damaged, or was deleted concurrently.
        Unavailable: the artifact store is unreachable or full.
    """
    key = key_of(experiment_id, 0, source.epoch, source.step)
    with hub.write() as session:
        at = now(session)
        pending_deletions.expect(session, experiment_id, at)
    try:
        _copy(hub.artifacts, source, key)
        yield CopiedCheckpoint(experiment_id, source.model_copy(update={"key": key}), at)
    except DATABASE_AWAY:
        raise  # the commit may have succeeded: the copy is deleted later if the database has no row for it
    except BaseException:
        hub.remove([experiment_id])
        raise
    hub.remove([experiment_id])  # has no effect if the block has added the experiment


def keep(session: Session, row: ExperimentRow, copied: CopiedCheckpoint) -> None:
    """Make the new experiment start from the copy.

    Raises:
        Unavailable: copying took so long that the copy may already be deleted.
    """
    if not pending_deletions.withdraw(session, copied.experiment_id, copied.at):
        raise Unavailable("copying the checkpoint took too long: retry")
    checkpoints.add(session, row, 0, copied.reference, row.created_at)


def _copy(store: ArtifactStore, source: CheckpointRef, key: str) -> None:
    try:
        with store.open(source.key, source.digest) as folder:
            store.put(key, lambda target: _copy_files(folder, target))
    except Damaged as damage:
        raise Conflict(f"the checkpoint of epoch {source.epoch} is damaged: {damage}", code="no_checkpoint") from damage
    except OSError as error:
        raise Unavailable(f"the artifact store does not answer: {error}") from error


def _copy_files(folder: Path, target: Path) -> None:
    for path in folder.iterdir():
        if path.name != MANIFEST:
            shutil.copyfile(path, target / path.name)
