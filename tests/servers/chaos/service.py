"""The interface of a service for chaos tests. There are two implementations."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from gradus.client import Credentials
from tests.servers.chaos.victims import Victim

LEASE_SECONDS = 4.0
"""A short time, so that the loss of a worker is noticed soon."""
CHECKPOINT_SECONDS = 0.3
"""If an epoch takes longer than this, checkpoints are written within it."""
WORKERS = 2


class Service(Protocol):
    """A service of real processes in its own folder."""

    name: str
    folder: Path
    victims: tuple[Victim, ...]
    """The parts that can be killed."""

    @property
    def database_url(self) -> str: ...

    @property
    def redis_url(self) -> str: ...

    @property
    def access(self) -> Credentials:
        """The URL and key for clients, which do not change when parts are restarted."""

    @property
    def artifacts(self) -> Path:
        """The folder of the service's artifact store."""

    @property
    def lost_commits(self) -> int:
        """Number of commits so far whose acknowledgement was lost."""

    def pids(self, victim: Victim) -> list[int]:
        """The processes of this kind that run now."""

    def mend(self) -> None:
        """Restart the parts that have ended and that no supervisor restarts. It is called all the time."""


def tempered() -> Mapping[str, str]:
    """Environment variables that shorten the waiting times of workers from minutes to seconds."""
    return {
        "GRADUS_DEVICE": "cpu",
        "GRADUS_LEASE_SECONDS": str(LEASE_SECONDS),
        "GRADUS_CHECKPOINT_SECONDS": str(CHECKPOINT_SECONDS),
    }
