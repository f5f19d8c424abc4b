"""Files that nobody needs any more go on a thread of their own: a slow store holds up nobody. None goes that a row
still names, whoever said that it might: the database is asked just before.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

from hub.artifacts.store import ArtifactStore
from hub.database.database import DATABASE_AWAY
from hub.jobs import checkpoints
from hub.jobs.checkpoint_ref import token_of
from hub.messaging.outbox import OrphanCleanup

logger = logging.getLogger(__name__)


class ArtifactDeletions:
    """Removes artifacts. A failure is only logged: a file too many costs room, never a fact."""

    def __init__(self, store: ArtifactStore, read: Callable[[], AbstractContextManager[Session]]) -> None:
        self._store = store
        self._read = read
        self._thread = ThreadPoolExecutor(1, "removals")

    def remove(self, keys: Sequence[str]) -> None:
        """Remove these soon, without those that a row names then."""
        if keys:  # most transactions have none
            self._thread.submit(self._remove, keys)

    def sweep(self, sweeps: Iterable[OrphanCleanup]) -> None:
        """Tidy these up soon."""
        for one in sweeps:
            self._thread.submit(self._sweep, one)

    def close(self) -> None:
        """Finish what is under way."""
        self._thread.shutdown()

    def _sweep(self, sweep: OrphanCleanup) -> None:
        try:
            names = self._store.names(sweep.experiment_id)
        except OSError as error:
            logger.warning("%s was not tidied up: %s", sweep.experiment_id, error)
            return
        keys = [f"{sweep.experiment_id}/{name}" for name in names if token_of(name) <= sweep.token]
        if keys:
            self._remove(keys, sweep.experiment_id)

    def _remove(self, keys: Sequence[str], tidied: str | None = None) -> None:
        """Those that no row names; of an experiment that is tidied up, those that none can name any more."""
        try:
            with self._read() as session:
                if tidied is not None:
                    closed = checkpoints.closed(session, tidied)
                    keys = [key for key in keys if token_of(key.rpartition("/")[2]) <= closed]
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
