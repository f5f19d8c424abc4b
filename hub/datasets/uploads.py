"""Uploads in the database: add, find, receive parts, expire."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from gradus.errors import Conflict
from gradus.wire.upload import UploadRecord
from hub.datasets import objects
from hub.datasets.objects import StoredObject
from hub.ids import new_id
from hub.tables import DatasetFileRow, ObjectRow, UploadPartRow, UploadRow

RETENTION = timedelta(hours=24)
"""Time after which an upload that no version uses is deleted."""
PART_BYTES = 32 << 20
BATCH = 100
"""Uploads that are deleted in one transaction."""


def add(
    session: Session, workspace_id: str, size: int, sha256: str | None, at: datetime, part_bytes: int | None = None
) -> UploadRow:
    """Add an upload without parts."""
    row = UploadRow(
        id=new_id("upl"),
        workspace_id=workspace_id,
        size=size,
        sha256=sha256,
        part_bytes=part_bytes or PART_BYTES,
        created_at=at,
        expires_at=at + RETENTION,
    )
    session.add(row)
    session.flush()
    return row


def add_whole(session: Session, workspace_id: str, new: StoredObject, at: datetime) -> UploadRow:
    """Add an upload whose only part is this object."""
    row = add(session, workspace_id, new.size, new.sha256, at, max(new.size, 1))
    _add_part(session, row, 1, new)
    return row


def get_of(session: Session, workspace_id: str, upload_id: str) -> UploadRow | None:
    """The upload, if it belongs to this workspace."""
    mine = (UploadRow.id == upload_id, UploadRow.workspace_id == workspace_id)
    return session.scalars(select(UploadRow).where(*mine)).one_or_none()


def lock_of(session: Session, workspace_id: str, upload_id: str) -> UploadRow | None:
    """The workspace's upload, locked until the transaction ends."""
    mine = (UploadRow.id == upload_id, UploadRow.workspace_id == workspace_id)
    query = select(UploadRow).where(*mine).with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def record(session: Session, row: UploadRow) -> UploadRecord:
    """The upload as clients see it."""
    return UploadRecord(
        id=row.id,
        size=row.size,
        sha256=row.sha256,
        part_bytes=row.part_bytes,
        parts=parts(row),
        received=tuple(received(session, row.id)),
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def parts(row: UploadRow) -> int:
    """Number of parts."""
    return max(1, -(-row.size // row.part_bytes))


def part_size(row: UploadRow, number: int) -> int:
    """Bytes of a part."""
    return row.part_bytes if number < parts(row) else row.size - (parts(row) - 1) * row.part_bytes


def received(session: Session, upload_id: str) -> Sequence[int]:
    """The numbers of the parts that have arrived, in order."""
    mine = UploadPartRow.upload_id == upload_id
    return session.scalars(select(UploadPartRow.number).where(mine).order_by(UploadPartRow.number)).all()


def digest_of_part(session: Session, upload_id: str, number: int) -> str | None:
    """SHA-256 of a part; None if it has not arrived."""
    row = session.get(UploadPartRow, (upload_id, number))
    return None if row is None else row.sha256


def content(session: Session, upload_id: str) -> Sequence[ObjectRow]:
    """The objects of an upload's parts, in order."""
    of_parts = select(ObjectRow).join(UploadPartRow, UploadPartRow.sha256 == ObjectRow.sha256)
    return session.scalars(of_parts.where(UploadPartRow.upload_id == upload_id).order_by(UploadPartRow.number)).all()


def receive(session: Session, row: UploadRow, number: int, new: StoredObject) -> None:
    """Add a part to a locked upload. Receiving the same bytes again has no effect.

    Raises:
        Conflict: the part has arrived with other bytes.
    """
    present = digest_of_part(session, row.id, number)
    if present is None:
        _add_part(session, row, number, new)
    elif present != new.sha256:
        raise part_differs(number)


def part_differs(number: int) -> Conflict:
    """The error for a part that arrives a second time with other bytes."""
    return Conflict(
        f"part {number} has already arrived with different bytes: delete the upload and begin a new one",
        code="part_differs",
    )


def use(session: Session, upload_ids: Collection[str]) -> None:
    """Keep uploads for as long as a version uses them."""
    session.execute(update(UploadRow).where(UploadRow.id.in_(upload_ids)).values(expires_at=None))


def delete_unused(session: Session, upload_ids: Collection[str], at: datetime) -> None:
    """Delete the uploads among these that no version uses, with their bytes."""
    used = select(DatasetFileRow.upload_id).where(DatasetFileRow.upload_id == UploadRow.id).exists()
    query = select(UploadRow.id).where(UploadRow.id.in_(upload_ids), ~used)
    unused = session.scalars(query.order_by(UploadRow.id).with_for_update()).all()
    digests = session.scalars(select(UploadPartRow.sha256).where(UploadPartRow.upload_id.in_(unused))).all()
    session.execute(delete(UploadRow).where(UploadRow.id.in_(unused)))
    objects.release(session, digests, at)


def is_used(session: Session, upload_id: str) -> bool:
    """Whether a version uses the upload."""
    return (
        session.scalar(select(DatasetFileRow.upload_id).where(DatasetFileRow.upload_id == upload_id).limit(1))
        is not None
    )


def delete_expired(session: Session, at: datetime) -> int:
    """Delete one batch of expired uploads, and those that a wrong clock dated too late. Returns their number."""
    expired = or_(UploadRow.expires_at < at, UploadRow.expires_at > at + 2 * RETENTION)
    found = session.scalars(select(UploadRow.id).where(expired).order_by(UploadRow.expires_at).limit(BATCH)).all()
    if found:
        delete_unused(session, found, at)
    return len(found)


def bytes_of(session: Session, workspace_id: str) -> int:
    """Total size of a workspace's uploads."""
    size = func.coalesce(func.sum(UploadRow.size), 0)
    return int(session.scalar(select(size).where(UploadRow.workspace_id == workspace_id)) or 0)


def _add_part(session: Session, row: UploadRow, number: int, new: StoredObject) -> None:
    objects.keep(session, new)
    session.add(UploadPartRow(upload_id=row.id, number=number, sha256=new.sha256))
    session.flush()
