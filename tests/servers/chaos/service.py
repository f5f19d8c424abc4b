"""A service for chaos tests: what the two ways to run one have in common."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from gradus.client import Credentials
from tests.servers.chaos.victims import Victim

LEASE_SECONDS = 4.0
"""Short, so that the loss of a worker is noticed soon."""
CHECKPOINT_SECONDS = 0.3
"""Epochs that take longer have checkpoints inside."""
WORKERS = 2


class Service(Protocol):
    """Real processes on a folder of their own."""

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
        """Where clients find it, the same over all restarts."""

    @property
    def artifacts(self) -> Path:
        """The folder of its artifact store."""

    @property
    def lost_commits(self) -> int:
        """Commits so far of which nobody heard that they were done."""

    def pids(self, victim: Victim) -> list[int]:
        """The processes of this kind that are there now."""

    def mend(self) -> None:
        """Start again what is gone and what nobody else starts again: called every moment."""


def tempered() -> Mapping[str, str]:
    """What is set for workers, so that minutes of waiting become seconds."""
    return {
        "GRADUS_DEVICE": "cpu",
        "GRADUS_LEASE_SECONDS": str(LEASE_SECONDS),
        "GRADUS_CHECKPOINT_SECONDS": str(CHECKPOINT_SECONDS),
    }
