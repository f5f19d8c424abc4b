"""Reading jobs: workers claim versions that are to be read. A version whose worker was lost is claimed again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from gradus.facts import Part
from gradus.wire.dataset import ReadFailure, TargetColumns
from hub.database.database import now
from hub.datasets import events, examinations, readings, records, uploads
from hub.datasets.reading_lease import ReadingLease, delete_tables, is_open, lock
from hub.datasets.stored_tables import StoredTable, of_version
from hub.jobs.leases import is_expired
from hub.messaging.outbox import outbox
from hub.settings import Settings
from hub.tables import DatasetFileRow, DatasetRow, DatasetVersionRow, UploadRow

MAX_LOSSES = 5
"""Number of lost leases after which a version is not read again."""
_NOT_STARTED = ReadFailure(
    code="worker_lost", message=f"the worker was lost {MAX_LOSSES + 1} times while it read the files"
)


@dataclass(frozen=True)
class ClaimedFile:
    """A file to read."""

    upload_id: str
    name: str
    split: Part | None
    parts: tuple[tuple[str, str], ...]
    """Key and digest of the artifact of each part, in order."""
    size: int
    """Bytes of all parts together."""
    sha256: str | None
    """SHA-256 of the whole file; None if it is not known."""


@dataclass(frozen=True)
class Reading:
    """A claimed version: what is to be read, and how."""

    lease: ReadingLease
    table: StoredTable | None
    """The stored table, if it is to be examined for another target; None if the files are to be read."""
    files: tuple[ClaimedFile, ...]
    parse: Mapping[str, Any]
    target: TargetColumns | None


def claim(session: Session, version_id: str, owner: str, settings: Settings) -> Reading | None:
    """Claim a version that is to be read, or examined; None if it cannot be claimed. After too many losses, a version
    that has not been read fails; a version that has been read keeps its statistics and findings as they are."""
    at, term = now(session), timedelta(seconds=settings.lease_seconds)
    dataset_id = session.scalar(select(DatasetVersionRow.dataset_id).where(DatasetVersionRow.id == version_id))
    if dataset_id is None or not lock(session, dataset_id):
        return None
    mine = (DatasetVersionRow.id == version_id, is_open())
    expired = is_expired(session, DatasetVersionRow.lease_until, at, term)
    lost = update(DatasetVersionRow).where(*mine, DatasetVersionRow.owner.is_not(None), expired)
    session.execute(lost.values(owner=None, losses=DatasetVersionRow.losses + 1))
    take = update(DatasetVersionRow).where(*mine, DatasetVersionRow.owner.is_(None))
    values = {"owner": owner, "token": DatasetVersionRow.token + 1, "lease_until": at + term}
    taken = session.execute(take.values(**values).returning(DatasetVersionRow)).scalar_one_or_none()
    if taken is None:
        return None
    lease = ReadingLease(version_id, dataset_id, owner, taken.token, term)
    table = None if taken.status == "reading" else of_version(taken)
    if table is None:
        delete_tables(session, version_id, range(max(1, taken.token - 1), taken.token), at)
    if taken.losses > MAX_LOSSES:
        end = readings.fail if table is None else examinations.give_up
        end(session, lease, _NOT_STARTED, settings)
        return None
    if taken.losses:
        attempt = events.line(f"the worker was lost; reading again ({taken.losses} of {MAX_LOSSES})", "warning")
        events.append(session, dataset_id, [attempt], at)
    files = _files(session, version_id) if table is None else ()
    target = records.target_of(session.get_one(DatasetRow, dataset_id))
    return Reading(lease, table, files, json.loads(taken.parse), target)


def resend(session: Session, at: datetime, term: timedelta, delivery: timedelta, limit: int) -> int:
    """Send messages again about versions that no worker reads. Call this when the queue of readings is empty.

    Returns the number of messages.
    """
    ids = _lost(session, DatasetVersionRow.status == "reading", at, term, delivery, limit)
    outbox(session).readings.extend(ids)
    return len(ids)


def resend_examinations(session: Session, at: datetime, term: timedelta, delivery: timedelta, limit: int) -> int:
    """Send messages again about versions that no worker examines. Call this when their queue is empty.

    Returns the number of messages.
    """
    ids = _lost(session, DatasetVersionRow.stale.is_(True), at, term, delivery, limit)
    outbox(session).examinations.extend(ids)
    return len(ids)


def is_current(session: Session, version_id: str, token: int) -> bool:
    """Whether the reading with this token may still be going on."""
    row = session.get(DatasetVersionRow, version_id)
    is_job = row is not None and (row.status == "reading" or row.stale)
    return row is not None and is_job and row.token == token and row.owner is not None


def _lost(
    session: Session, is_job: ColumnElement[bool], at: datetime, term: timedelta, delivery: timedelta, limit: int
) -> Sequence[str]:
    """The ids of free versions whose message must have been lost. Records that their next message is sent now."""
    row = DatasetVersionRow
    free = or_(row.owner.is_(None), is_expired(session, row.lease_until, at, term))
    lost: ColumnElement[bool] = or_(row.message_sent_at < at - delivery, row.message_sent_at > at + delivery)
    query = select(row.id).where(is_job, free, lost).order_by(row.message_sent_at, row.id).limit(limit)
    ids = session.scalars(query.with_for_update(skip_locked=True)).all()
    if ids:
        session.execute(update(row).where(row.id.in_(ids)).values(message_sent_at=at))
    return ids


def _files(session: Session, version_id: str) -> tuple[ClaimedFile, ...]:
    query = select(DatasetFileRow, UploadRow).join(UploadRow, UploadRow.id == DatasetFileRow.upload_id)
    ordered = query.where(DatasetFileRow.version_id == version_id).order_by(DatasetFileRow.position)
    return tuple(
        ClaimedFile(
            upload_id=upload.id,
            name=file.name,
            split=file.split,  # type: ignore[arg-type] # checked when it was sent
            parts=tuple((part.key, part.digest) for part in uploads.content(session, upload.id)),
            size=upload.size,
            sha256=upload.sha256,
        )
        for file, upload in session.execute(ordered).all()
    )
