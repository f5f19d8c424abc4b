"""Files that nobody needs any more go on a thread of their own: a slow store holds up nobody. None goes that a row
still names, whoever said that it might: the database is asked just before.

Those of an experiment that was deleted are written down, too: nothing else would ever remove them if the process dies
before it has, or the store is away. Of other experiments a claim, or their deletion, finds what was left.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from hub import checkpoints
from hub.artifacts.store import ArtifactStore
from hub.database import DATABASE_AWAY
from hub.outbox import Sweep
from hub.saved import token_of
from hub.tables import RemovalRow

SOON = timedelta(minutes=1)
"""For so long nobody else removes what a process has said that it will."""
BATCH = 200
logger = logging.getLogger(__name__)


class Removals:
    """Removes artifacts. A failure is only logged: a file too many costs room, never a fact."""

    def __init__(self, store: ArtifactStore, read: Callable[[], AbstractContextManager[Session]]) -> None:
        self._store = store
        self._read = read
        self._thread = ThreadPoolExecutor(1, "removals")

    def remove(self, keys: Sequence[str]) -> None:
        """Remove these soon, without those that a row names then."""
        if keys:  # most transactions have none
            self._thread.submit(self._remove, keys)

    def sweep(self, sweeps: Iterable[Sweep]) -> None:
        """Tidy these up soon."""
        for one in sweeps:
            self._thread.submit(self._sweep, one)

    def close(self) -> None:
        """Finish what is under way."""
        self._thread.shutdown()

    def _sweep(self, sweep: Sweep) -> None:
        try:
            names = self._store.names(sweep.experiment_id)
        except OSError as error:
            logger.warning("%s was not tidied up: %s", sweep.experiment_id, error)
            return
        keys = [f"{sweep.experiment_id}/{name}" for name in names if token_of(name) <= sweep.token]
        if keys:
            self._remove(keys)

    def _remove(self, keys: Sequence[str]) -> None:
        try:
            with self._read() as session:
                named = checkpoints.named(session, keys)
        except DATABASE_AWAY as error:
            logger.warning("%d files stay in the artifact store: %s", len(keys), str(error).splitlines()[0])
            return
        for key in keys:
            if key not in named:
                remove(self._store, key)


def remove(store: ArtifactStore, key: str) -> bool:
    """Remove this now; whether it is gone."""
    try:
        store.delete(key)
    except OSError as error:
        logger.warning("%s stays in the artifact store: %s", key, error)
        return False
    return True


def due(session: Session, at: datetime) -> Sequence[RemovalRow]:
    """What was to be removed before, the oldest first; or, by a clock that was wrong, will have been."""
    before, to_come = RemovalRow.at < at - SOON, RemovalRow.at > at + SOON
    rows = (_oldest(session, condition) for condition in (before, to_come))  # two looks, each by the index
    return [row for found in rows for row in found]


def _oldest(session: Session, condition: ColumnElement[bool]) -> Sequence[RemovalRow]:
    return session.scalars(select(RemovalRow).where(condition).order_by(RemovalRow.at).limit(BATCH)).all()


def removed(session: Session, rows: Iterable[RemovalRow]) -> None:
    """Forget what is gone by now, but not what was written down once more meanwhile."""
    for row in rows:
        session.execute(delete(RemovalRow).where(RemovalRow.key == row.key, RemovalRow.at == row.at))
