"""Deletes artifacts on a background thread, so that a slow store delays no request. The database is checked just before
each deletion: an artifact to which a row refers is never deleted.
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
    """Deletes artifacts in the background. Failures are only logged: a leftover file costs nothing but disk space."""

    def __init__(self, store: ArtifactStore, read: Callable[[], AbstractContextManager[Session]]) -> None:
        self._store = store
        self._read = read
        self._thread = ThreadPoolExecutor(1, "deletions")

    def remove(self, keys: Sequence[str]) -> None:
        """Delete these artifacts in the background, except those to which a row refers by then."""
        if keys:  # most transactions have none
            self._thread.submit(self._remove, keys)

    def delete_orphans(self, cleanups: Iterable[OrphanCleanup]) -> None:
        """Delete orphaned files in the background."""
        for orphans in cleanups:
            self._thread.submit(self._delete_orphans, orphans)

    def close(self) -> None:
        """Finish all deletions and end the thread."""
        self._thread.shutdown()

    def _delete_orphans(self, orphans: OrphanCleanup) -> None:
        try:
            names = self._store.names(orphans.experiment_id)
        except OSError as error:
            logger.warning("cannot clean up the orphaned files of %s: %s", orphans.experiment_id, error)
            return
        keys = [f"{orphans.experiment_id}/{name}" for name in names if token_of(name) <= orphans.token]
        if keys:
            self._remove(keys, orphans.experiment_id)

    def _remove(self, keys: Sequence[str], experiment_id: str | None = None) -> None:
        """Delete those artifacts to which no row refers. With an `experiment_id`, only those to which no future row can
        refer either."""
        try:
            with self._read() as session:
                if experiment_id is not None:
                    closed = checkpoints.closed(session, experiment_id)
                    keys = [key for key in keys if token_of(key.rpartition("/")[2]) <= closed]
                named = checkpoints.named(session, keys)
        except DATABASE_AWAY as error:
            logger.warning("cannot delete %d files from the artifact store: %s", len(keys), str(error).splitlines()[0])
            return
        for key in keys:
            if key not in named:
                remove(self._store, key)


def remove(store: ArtifactStore, key: str) -> bool:
    """Delete an artifact now. Returns whether this succeeded."""
    try:
        store.delete(key)
    except OSError as error:
        logger.warning("cannot delete %s from the artifact store: %s", key, error)
        return False
    return True
