"""The stored tables of versions: where they are in the artifact store."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.tables import DatasetRow, DatasetVersionRow


@dataclass(frozen=True)
class StoredTable:
    """The location of a stored table."""

    key: str
    """Key of its artifact."""
    digest: str
    """SHA-256 of the artifact's manifest."""


def of_version(version: DatasetVersionRow) -> StoredTable:
    """The table of a version that is ready."""
    assert version.artifact is not None
    assert version.artifact_digest is not None
    return StoredTable(version.artifact, version.artifact_digest)


def with_digest(session: Session, workspace_id: str, digest: str) -> StoredTable | None:
    """The workspace's table with this digest of its content, `sha256:…`; None if it was deleted."""
    mine = (DatasetVersionRow.digest == digest, DatasetRow.workspace_id == workspace_id)
    query = select(DatasetVersionRow).join(DatasetRow, DatasetRow.id == DatasetVersionRow.dataset_id).where(*mine)
    row = session.scalars(query.limit(1)).one_or_none()
    return None if row is None else of_version(row)
