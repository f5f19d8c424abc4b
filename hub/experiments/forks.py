"""Forks: a new experiment that begins where another one stood."""

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
    """The newest checkpoint at the end of an epoch.

    Raises:
        Conflict: none is kept.
    """
    at_ends = select(CheckpointRow).where(CheckpointRow.experiment_id == experiment_id, CheckpointRow.whole)
    rows = session.scalars(at_ends.order_by(CheckpointRow.id.desc())).all()
    for row in rows:
        if row.epoch == epoch:
            return checkpoints.saved(row)
    kept = ", ".join(map(str, sorted({row.epoch for row in rows}))) or "none"
    raise Conflict(
        f"experiment {experiment_id} keeps no checkpoint of epoch {epoch}; kept are: {kept}", code="no_checkpoint"
    )


@dataclass(frozen=True)
class CopiedCheckpoint:
    """A copy of another experiment's checkpoint. It goes again unless a row of its new owner names it in time: whether
    one does, the database knows, also when nobody heard what became of the transaction."""

    experiment_id: str
    saved: CheckpointRef
    at: datetime
    """When its removal was written down."""


@contextmanager
def copied(hub: Hub, source: CheckpointRef, experiment_id: str) -> Iterator[CopiedCheckpoint]:
    """A copy of a checkpoint for an experiment that the block may add.

    Raises:
        Conflict: the checkpoint is damaged, or was removed in this moment.
        Unavailable: the store is away or full.
    """
    key = key_of(experiment_id, 0, source.epoch, source.step)
    with hub.write() as session:
        at = now(session)
        pending_deletions.expect(session, experiment_id, at)
    try:
        _copy(hub.artifacts, source, key)
        yield CopiedCheckpoint(experiment_id, source.model_copy(update={"key": key}), at)
    except DATABASE_AWAY:
        raise  # it may have committed all the same: what is left goes when the database can tell
    except BaseException:
        hub.remove([experiment_id])
        raise
    hub.remove([experiment_id])  # unless the block has added it


def keep(session: Session, row: ExperimentRow, copied: CopiedCheckpoint) -> None:
    """Let the new experiment begin from the copy.

    Raises:
        Unavailable: the copy is about to go, so long has it waited.
    """
    if not pending_deletions.withdraw(session, copied.experiment_id, copied.at):
        raise Unavailable("copying the checkpoint took too long; try again in a moment")
    checkpoints.add(session, row, 0, copied.saved, row.created_at)


def _copy(store: ArtifactStore, source: CheckpointRef, key: str) -> None:
    try:
        with store.open(source.key, source.digest) as folder:
            store.put(key, lambda place: _fill(folder, place))
    except Damaged as damage:
        raise Conflict(f"the checkpoint of epoch {source.epoch} is damaged: {damage}", code="no_checkpoint") from damage
    except OSError as error:
        raise Unavailable(f"the artifact store does not answer: {error}") from error


def _fill(folder: Path, place: Path) -> None:
    for path in folder.iterdir():
        if path.name != MANIFEST:
            shutil.copyfile(path, place / path.name)
