"""The hub itself: what API and workers hold in their hands, built once for each process."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from hub.bell import CONTROL, EVENTS, Bell
from hub.database import Database
from hub.outbox import outbox
from hub.queue import Queue
from hub.settings import Settings


class Hub:
    """Database, bell and queue; `read` and `write` are the only ways in."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings.database_url)
        self.bell = Bell(settings.redis_url)
        self.queue = Queue(settings.redis_url)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent moment of the database."""
        with self.database.read() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction; once it is committed, rings and hints go out."""
        with self.database.write() as session:
            yield session
        box = outbox(session)
        self.bell.ring(EVENTS, sorted(box.rings)) if box.rings else None
        self.bell.ring(CONTROL, sorted(box.controls)) if box.controls else None
        for job_id, device in box.hints:
            self.queue.hint(job_id, device)

    def close(self) -> None:
        """Close every connection."""
        self.queue.close()
        self.bell.close()
        self.database.close()
