"""The stored tables of versions: where they are in the artifact store."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gradus.errors import Conflict
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
    row = version_with_digest(session, workspace_id, digest)
    return None if row is None else of_version(row)


def version_with_digest(session: Session, workspace_id: str, digest: str) -> DatasetVersionRow | None:
    """The workspace's version with this digest of its content; None if it was deleted."""
    mine = (DatasetVersionRow.digest == digest, DatasetRow.workspace_id == workspace_id)
    query = select(DatasetVersionRow).join(DatasetRow, DatasetRow.id == DatasetVersionRow.dataset_id).where(*mine)
    return session.scalars(query.limit(1)).one_or_none()


def exists(session: Session, workspace_id: str, digest: str | None) -> None:
    """Check that the table with this digest is there. None stands for a built-in data set.

    Raises:
        Conflict: the data set was deleted.
    """
    if digest is not None and with_digest(session, workspace_id, digest) is None:
        raise _deleted(digest)


def require(session: Session, workspace_id: str, digests: Iterable[str | None]) -> None:
    """Check that the tables with these digests are there, and keep them from being deleted until the transaction ends.

    Raises:
        Conflict: a data set was deleted.
    """
    for digest in sorted({digest for digest in digests if digest is not None}):
        mine = (DatasetVersionRow.digest == digest, DatasetRow.workspace_id == workspace_id)
        query = (
            select(DatasetRow.id).join(DatasetVersionRow, DatasetRow.id == DatasetVersionRow.dataset_id).where(*mine)
        )
        if not session.scalars(query.with_for_update(read=True, key_share=True, of=DatasetRow)).all():
            raise _deleted(digest)


def _deleted(digest: str) -> Conflict:
    return Conflict(
        f"the data set with the digest {digest} was deleted, and training needs it: upload the file again, and create "
        "a new experiment",
        code="dataset_deleted",
    )
