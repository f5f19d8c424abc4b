"""Forks: a new experiment that begins where another one stood."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from gradus.errors import Conflict, Unavailable
from hub.artifacts.manifest import MANIFEST, Damaged
from hub.artifacts.store import ArtifactStore
from hub.checkpoints import saved
from hub.removals import remove
from hub.saved import Saved, key_of
from hub.tables import CheckpointRow


def find(session: Session, experiment_id: str, epoch: int) -> Saved:
    """The newest checkpoint at the end of an epoch.

    Raises:
        Conflict: none is kept.
    """
    at_ends = select(CheckpointRow).where(CheckpointRow.experiment_id == experiment_id, CheckpointRow.whole)
    rows = session.scalars(at_ends.order_by(CheckpointRow.id.desc())).all()
    for row in rows:
        if row.epoch == epoch:
            return saved(row)
    kept = ", ".join(map(str, sorted({row.epoch for row in rows}))) or "none"
    raise Conflict(
        f"experiment {experiment_id} keeps no checkpoint of epoch {epoch}; kept are: {kept}", code="no_checkpoint"
    )


@contextmanager
def copied(store: ArtifactStore, source: Saved, experiment_id: str) -> Iterator[Saved]:
    """A copy of a checkpoint that belongs to another experiment; it goes again if the block raises.

    Raises:
        Conflict: the checkpoint is damaged, or was removed in this moment.
        Unavailable: the store is away or full.
    """
    key = key_of(experiment_id, 0, source.epoch, source.step)
    try:
        with store.open(source.key, source.digest) as folder:
            store.put(key, lambda place: _copy(folder, place))
    except Damaged as damage:
        raise Conflict(f"the checkpoint of epoch {source.epoch} is damaged: {damage}", code="no_checkpoint") from damage
    except OSError as error:
        raise Unavailable(f"the artifact store does not answer: {error}") from error
    try:
        yield source.model_copy(update={"key": key})
    except BaseException:
        remove(store, key)
        raise


def _copy(folder: Path, place: Path) -> None:
    for path in folder.iterdir():
        if path.name != MANIFEST:
            shutil.copyfile(path, place / path.name)
