"""Files that nobody needs any more go on a thread of their own: a slow store holds up nobody."""

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from hub.artifacts.store import ArtifactStore
from hub.outbox import Sweep
from hub.saved import token_of

logger = logging.getLogger(__name__)


class Removals:
    """Removes artifacts. A failure is only logged: a file too many costs room, never a fact."""

    def __init__(self, store: ArtifactStore) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(1, "removals")

    def remove(self, keys: Iterable[str]) -> None:
        """Remove these soon."""
        for key in keys:
            self._thread.submit(self._remove, key)

    def sweep(self, sweeps: Iterable[Sweep]) -> None:
        """Tidy these up soon."""
        for one in sweeps:
            self._thread.submit(self._sweep, one)

    def close(self) -> None:
        """Finish what is under way."""
        self._thread.shutdown()

    def _remove(self, key: str) -> None:
        try:
            self._store.delete(key)
        except OSError as error:
            logger.warning("%s stays in the artifact store: %s", key, error)

    def _sweep(self, sweep: Sweep) -> None:
        try:
            names = self._store.names(sweep.experiment_id)
        except OSError as error:
            logger.warning("%s was not tidied up: %s", sweep.experiment_id, error)
            return
        keys = {f"{sweep.experiment_id}/{name}" for name in names if token_of(name) <= sweep.token}
        for key in sorted(keys - sweep.named):
            self._remove(key)
