"""Whether every checkpoint that a row of the database refers to is in the store."""

from collections.abc import Sequence

from sqlalchemy import select

from hub.artifacts.folder import FolderStore
from hub.artifacts.manifest import Damaged
from hub.database.database import DATABASE_AWAY, Database
from hub.tables import CheckpointRow
from tests.servers.chaos.service import Service

Named = tuple[str, str]
"""The key of a checkpoint, and the digest of its manifest."""


class Files:
    """Compares the database of a service with its store."""

    def __init__(self, service: Service) -> None:
        self._database = Database(service.database_url)
        self._store = FolderStore(service.artifacts)

    def missing(self) -> Sequence[str]:
        """The keys of checkpoints whose files are missing or damaged; none while the database is away. A checkpoint
        whose row is deleted meanwhile does not count."""
        try:
            absent = {named for named in self._named() if not self._whole(*named)}
            return sorted(key for key, _ in absent & self._named()) if absent else []
        except DATABASE_AWAY:
            return []

    def close(self) -> None:
        """Close the connections to the database."""
        self._database.close()

    def _named(self) -> set[Named]:
        with self._database.read() as session:
            rows = session.execute(select(CheckpointRow.key, CheckpointRow.digest))
            return {(key, digest) for key, digest in rows}

    def _whole(self, key: str, digest: str) -> bool:
        try:
            with self._store.open(key, digest):
                return True
        except (Damaged, FileNotFoundError):
            return False
