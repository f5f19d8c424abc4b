"""The hub itself: what API and workers hold in their hands, built once for each process."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.orm import Session

from hub.artifacts.deletion import ArtifactDeletions
from hub.artifacts.store import artifact_store
from hub.database.database import Database
from hub.messaging.circuit_breaker import CircuitBreaker
from hub.messaging.dispatcher import Dispatcher
from hub.messaging.outbox import Outbox, outbox
from hub.messaging.pubsub import PubSub
from hub.messaging.queue import Queue
from hub.settings import Settings


class Hub:
    """Database, bell, queue and artifacts; `read` and `write` are the only ways into the database."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings.database_url, patient=False)
        self.pubsub = PubSub(settings.redis_url)
        self.queue = Queue(settings.redis_url)
        self.breaker = CircuitBreaker(settings.redis_url)
        self.artifacts = artifact_store(settings.artifacts_url)
        self._dispatcher = Dispatcher(self.pubsub, self.queue)
        self._deletions = ArtifactDeletions(self.artifacts, self.read)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent moment of the database."""
        with self.database.read() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction; once it is committed, rings and hints go out and files go, on threads of their own.

        They do so, too, when the database does not say whether it has committed: what was not, they do not hurt, for
        before a file goes the database is asked again.
        """
        box = None
        try:
            with self.database.write() as session:
                yield session
                box = outbox(session)  # from here on there is only the commit
        finally:
            if box is not None:
                self._send(box)

    def _send(self, box: Outbox) -> None:
        self._dispatcher.send(box)
        self._deletions.remove(box.deletions)
        self._deletions.sweep(box.sweeps)

    def remove(self, keys: Sequence[str]) -> None:
        """Remove artifacts soon, without those that a row names then."""
        self._deletions.remove(keys)

    def flush(self, seconds: float = 10.0) -> bool:
        """Wait until the rings and hints of what was committed are out; whether they are."""
        return self._dispatcher.flush(seconds)

    def close(self) -> None:
        """Send what waits, finish removing files, and close every connection."""
        self._dispatcher.close()
        self._deletions.close()
        self.breaker.close()
        self.queue.close()
        self.pubsub.close()
        self.database.close()
