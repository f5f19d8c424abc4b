"""Stored objects: the bytes of uploads in the artifact store. Equal bytes are stored once and counted by references.

Each object is stored under a new key, whose deletion is recorded beforehand: a process that dies in between leaves
nothing behind. The transaction that refers to the object withdraws the deletion, unless the same bytes are there
already; then the new copy is deleted.
"""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gradus.errors import Unavailable
from hub.artifacts import pending_deletions
from hub.database.database import insert_of, now
from hub.hub import Hub
from hub.ids import new_id
from hub.messaging.outbox import outbox
from hub.tables import ObjectRow, UploadPartRow

CONTENT = "content"
"""The name of an object's only file."""
_COPY_BYTES = 1 << 20


@dataclass(frozen=True)
class StoredObject:
    """An object in the artifact store to which no row refers yet."""

    key: str
    digest: str
    """SHA-256 of the artifact's manifest."""
    sha256: str
    size: int
    reserved_at: datetime
    """When its deletion was recorded."""


def store(hub: Hub, content: IO[bytes], sha256: str, size: int) -> StoredObject:
    """Store all bytes of a file, from its beginning. `sha256` and `size` are the digest and the number of these bytes.

    Raises:
        OSError: the store is full or unreachable.
    """
    key = f"objects/{new_id('obj')}"
    with hub.write() as session:
        at = now(session)
        pending_deletions.expect(session, key, at)
    content.seek(0)
    receipt = hub.artifacts.put(key, _copy(content))
    return StoredObject(key, receipt.digest, sha256, size, at)


def keep(session: Session, new: StoredObject) -> None:
    """Keep a stored object for a reference that this transaction adds. The object's row is locked.

    Raises:
        Unavailable: storing took so long that the object counts as abandoned.
    """
    row = {"sha256": new.sha256, "key": new.key, "digest": new.digest, "size": new.size}
    add = insert_of(session)(ObjectRow).values(**row).on_conflict_do_nothing().returning(ObjectRow.sha256)
    while session.execute(add).scalar_one_or_none() is None:
        present = select(ObjectRow.sha256).where(ObjectRow.sha256 == new.sha256).with_for_update()
        if session.execute(present).scalar_one_or_none() is not None:  # else it was deleted in the meantime
            outbox(session).deletions.append(new.key)
            return
    if not pending_deletions.withdraw(session, new.key, new.reserved_at):
        raise Unavailable("the artifact store took too long to store the file: retry", code="storage_slow")


def release(session: Session, sha256s: Iterable[str], at: datetime) -> None:
    """Delete the objects among these to which no part of an upload refers."""
    for sha256 in sorted(set(sha256s)):
        query = select(ObjectRow).where(ObjectRow.sha256 == sha256).with_for_update()
        row = session.scalars(query).one_or_none()
        used = select(UploadPartRow.upload_id).where(UploadPartRow.sha256 == sha256).limit(1)
        if row is None or session.scalar(used) is not None:
            continue
        session.execute(delete(ObjectRow).where(ObjectRow.sha256 == sha256))
        pending_deletions.expect(session, row.key, at)
        outbox(session).deletions.append(row.key)


def _copy(content: IO[bytes]) -> Callable[[Path], None]:
    def fill(folder: Path) -> None:
        with (folder / CONTENT).open("wb") as file:
            shutil.copyfileobj(content, file, _COPY_BYTES)

    return fill
