"""A slot of a worker that takes work from its own queue, one piece at a time, however many training slots there are."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session

from hub.hub import Hub
from hub.messaging.redis_errors import REDIS_TROUBLE
from worker.database_retry import with_retry
from worker.shutdown import Shutdown
from worker.work_folders import WorkFolders

WAIT_SECONDS = 0.5
"""Time that one poll of the queue waits for a message."""

Claimed = TypeVar("Claimed")


class MessageSlot(ABC):
    """Takes messages, each the id of a piece of work. `serve` runs on a thread of its own."""

    def __init__(self, hub: Hub, owner: str, shutdown: Shutdown, folders: WorkFolders) -> None:
        self._hub = hub
        self._owner = owner
        self._shutdown = shutdown
        self._folders = folders

    def serve(self) -> None:
        """Take one message, if there is one, and do the work that it names."""
        self._folders.tidy()
        try:
            id_ = self._next(WAIT_SECONDS)
        except REDIS_TROUBLE:
            self._shutdown.wait(WAIT_SECONDS)
            return
        if id_ is not None and not self._shutdown.begun:
            self.take(id_)

    @abstractmethod
    def take(self, id_: str) -> None:
        """Claim a piece of work and do it; does nothing if another worker holds it."""

    @abstractmethod
    def _next(self, seconds: float) -> str | None:
        """The next message of the queue; None if none comes in this time."""

    def _claimed(self, claim: Callable[[Session], Claimed | None]) -> Claimed | None:
        return with_retry(self._hub.write, claim, lambda: self._shutdown.begun)
