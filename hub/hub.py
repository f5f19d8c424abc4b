"""The hub: database, messaging and artifacts, built once in each API and worker process."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.orm import Session

from hub.artifacts.deleter import ArtifactDeletions
from hub.artifacts.local_copies import FOLDER, LocalCopies
from hub.artifacts.store import artifact_store
from hub.database.changes import Changes
from hub.database.database import Database
from hub.messaging.circuit_breaker import CircuitBreaker
from hub.messaging.dispatcher import Dispatcher
from hub.messaging.outbox import Outbox, outbox
from hub.messaging.pubsub import PubSub
from hub.messaging.queue import Queue
from hub.settings import Settings


class Hub:
    """Database, pub/sub, queue and artifacts. `read` and `write` are the only access to the database."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings.database_url, patient=False)
        self.changes = Changes(settings.database_url)
        self.pubsub = PubSub(settings.redis_url)
        self.queue = Queue(settings.redis_url)
        self.breaker = CircuitBreaker(settings.redis_url)
        self.artifacts = artifact_store(settings.artifacts_url)
        self.local_copies = LocalCopies(self.artifacts, settings.dataset_dirs[-1] / FOLDER)
        self._dispatcher = Dispatcher(self.pubsub, self.queue)
        self._deletions = ArtifactDeletions(self.artifacts, self.read)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A read transaction: one consistent snapshot of the database."""
        with self.database.read() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A write transaction. After the commit, background threads send pub/sub and job messages and delete files.

        They also do so if the result of the commit is unknown. If it was rolled back, that is harmless: messages only
        cause a look at the database, and the database is checked again before a file is deleted.
        """
        committing = None
        try:
            with self.database.write() as session:
                yield session
                committing = outbox(session)  # only the commit follows
        finally:
            if committing is not None:
                self._send(committing)

    def _send(self, committed: Outbox) -> None:
        self._dispatcher.send(committed)
        self._deletions.remove(committed.deletions)
        self._deletions.delete_orphans(committed.orphans)

    def remove(self, keys: Sequence[str]) -> None:
        """Delete artifacts in the background, except those that a row refers to by then."""
        self._deletions.remove(keys)

    def flush(self, seconds: float = 10.0) -> bool:
        """Wait until the messages of all commits are sent. Returns False after a timeout."""
        return self._dispatcher.flush(seconds)

    def close(self) -> None:
        """Send waiting messages, finish deleting files, and close all connections."""
        self._dispatcher.close()
        self._deletions.close()
        self.breaker.close()
        self.queue.close()
        self.pubsub.close()
        self.changes.close()
        self.database.close()
