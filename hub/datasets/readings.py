"""Reading jobs: a worker claims a version, renews its lease, and records the result. Every write is fenced.

The dataset's row is locked first in each of these transactions, as in its deletion.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from gradus.facts import Part
from gradus.wire.dataset import ReadFailure, TargetColumns
from gradus.wire.finding import Finding
from gradus.wire.message import Message
from gradus.wire.table import ReadTable
from hub.artifacts import pending_deletions
from hub.artifacts.manifest import Receipt
from hub.database.database import now
from hub.datasets import datasets, events, records, uploads
from hub.datasets.events import DatasetEvent, Event
from hub.jobs.leases import LeaseLost, is_expired
from hub.messaging.outbox import outbox
from hub.settings import Settings
from hub.tables import DatasetFileRow, DatasetRow, DatasetVersionRow, UploadRow

MAX_LOSSES = 5
"""Number of lost leases after which a version is not read again."""
_NOT_STARTED = ReadFailure(
    code="worker_lost", message=f"the worker was lost {MAX_LOSSES + 1} times while it read the files"
)


@dataclass(frozen=True)
class ReadingLease:
    """The right to write for a version, until another worker gets a greater fencing token."""

    version_id: str
    dataset_id: str
    owner: str
    token: int
    term: timedelta

    @property
    def key(self) -> str:
        """Key of the artifact that this reading stores."""
        return key_of(self.version_id, self.token)


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
    """Of the whole file, if it is known."""


@dataclass(frozen=True)
class Reading:
    """A claimed version: what is to be read, and how."""

    lease: ReadingLease
    files: tuple[ClaimedFile, ...]
    parse: Mapping[str, Any]
    target: TargetColumns | None


@dataclass(frozen=True)
class ReadResult:
    """What a reading gave."""

    table: ReadTable
    receipt: Receipt
    """Of the artifact with the stored table."""
    statistics: Message | None
    findings: tuple[Finding, ...]
    sha256s: Mapping[str, str]
    """SHA-256 of uploads of which it was not known, by their ids."""


def key_of(version_id: str, token: int) -> str:
    """The key of a stored table. It contains the fencing token, so that a stale worker overwrites nothing."""
    return f"{version_id}/{token}"


def claim(session: Session, version_id: str, owner: str, settings: Settings) -> Reading | None:
    """Claim a version that is to be read; None if it cannot be claimed. After too many losses it fails."""
    at, term = now(session), timedelta(seconds=settings.lease_seconds)
    dataset_id = session.scalar(select(DatasetVersionRow.dataset_id).where(DatasetVersionRow.id == version_id))
    if dataset_id is None or not _lock(session, dataset_id):
        return None
    mine = (DatasetVersionRow.id == version_id, DatasetVersionRow.status == "reading")
    expired = is_expired(session, DatasetVersionRow.lease_until, at, term)
    lost = update(DatasetVersionRow).where(*mine, DatasetVersionRow.owner.is_not(None), expired)
    session.execute(lost.values(owner=None, losses=DatasetVersionRow.losses + 1))
    take = update(DatasetVersionRow).where(*mine, DatasetVersionRow.owner.is_(None))
    values = {"owner": owner, "token": DatasetVersionRow.token + 1, "lease_until": at + term}
    taken = session.execute(take.values(**values).returning(DatasetVersionRow)).scalar_one_or_none()
    if taken is None:
        return None
    lease = ReadingLease(version_id, dataset_id, owner, taken.token, term)
    _delete_tables(session, version_id, range(max(1, taken.token - 1), taken.token), at)
    if taken.losses > MAX_LOSSES:
        fail(session, lease, _NOT_STARTED, settings)
        return None
    if taken.losses:
        attempt = events.line(f"the worker was lost; reading again ({taken.losses} of {MAX_LOSSES})", "warning")
        events.append(session, dataset_id, [attempt], at)
    dataset = session.get_one(DatasetRow, dataset_id)
    return Reading(lease, _files(session, version_id), json.loads(taken.parse), records.target_of(dataset))


def heartbeat(session: Session, lease: ReadingLease, new: Sequence[Event]) -> None:
    """Renew the lease, and append events about the reading to the log.

    Raises:
        LeaseLost: another worker has taken the version since, or it was deleted.
    """
    at = now(session)
    if new:
        _lock(session, lease.dataset_id)
    progress = [data.model_dump_json() for kind, data in new if kind == DatasetEvent.PROGRESS]
    changes: dict[str, Any] = {"progress": progress[-1]} if progress else {}
    _change(session, lease, lease_until=at + lease.term, **changes)
    if new:
        events.append(session, lease.dataset_id, new, at)


def finish(session: Session, lease: ReadingLease, result: ReadResult, settings: Settings) -> None:
    """Record the result: from now on the version is ready.

    Raises:
        LeaseLost: another worker has taken the version since, or it was deleted.
    """
    at = now(session)
    _lock(session, lease.dataset_id)
    table, findings = result.table, (*result.table.findings, *result.findings)
    _change(
        session,
        lease,
        status="ready",
        facts=table.model_dump_json(),
        statistics=None if result.statistics is None else result.statistics.model_dump_json(),
        findings=json.dumps([json.loads(finding.model_dump_json()) for finding in findings]),
        digest=table.digest,
        rows=table.rows,
        artifact=lease.key,
        artifact_digest=result.receipt.digest,
        bytes=result.receipt.size,
        **_over(at),
    )
    for upload_id, sha256 in result.sha256s.items():
        unknown = (UploadRow.id == upload_id, UploadRow.sha256.is_(None))
        session.execute(update(UploadRow).where(*unknown).values(sha256=sha256))
    _delete_tables(session, lease.version_id, range(1, lease.token), at)
    _end(session, lease, [(DatasetEvent.FINDING, finding) for finding in findings], settings, at)


def fail(session: Session, lease: ReadingLease, failure: ReadFailure, settings: Settings) -> None:
    """Record that the files cannot be read.

    Raises:
        LeaseLost: another worker has taken the version since, or it was deleted.
    """
    at = now(session)
    _lock(session, lease.dataset_id)
    _change(session, lease, status="failed", error=failure.model_dump_json(), **_over(at))
    pending_deletions.expect(session, lease.version_id, at)
    _end(session, lease, [events.line(failure.message, "error")], settings, at)


def release(session: Session, lease: ReadingLease) -> None:
    """Release the version, for any worker to read it at once. This counts as no loss.

    Raises:
        LeaseLost: another worker has taken the version since, or it was deleted.
    """
    _change(session, lease, owner=None, lease_until=None, message_sent_at=now(session))
    outbox(session).readings.append(lease.version_id)


def resend(session: Session, at: datetime, term: timedelta, delivery: timedelta, limit: int) -> int:
    """Send messages again about versions that no worker reads. Call this when the queue of readings is empty.

    Returns the number of messages.
    """
    row = DatasetVersionRow
    free = or_(row.owner.is_(None), is_expired(session, row.lease_until, at, term))
    lost: ColumnElement[bool] = or_(row.message_sent_at < at - delivery, row.message_sent_at > at + delivery)
    query = select(row.id).where(row.status == "reading", free, lost).order_by(row.message_sent_at, row.id)
    ids = session.scalars(query.limit(limit).with_for_update(skip_locked=True)).all()
    if ids:
        session.execute(update(row).where(row.id.in_(ids)).values(message_sent_at=at))
        outbox(session).readings.extend(ids)
    return len(ids)


def may_delete_table(session: Session, lease: ReadingLease) -> bool:
    """Whether what a reading has stored is not needed: its lease is lost, and the version does not refer to it."""
    row = session.get(DatasetVersionRow, lease.version_id)
    return row is None or (row.artifact != lease.key and (row.status != "reading" or row.token != lease.token))


def is_current(session: Session, version_id: str, token: int) -> bool:
    """Whether the reading with this token may still be going on."""
    row = session.get(DatasetVersionRow, version_id)
    return row is not None and row.status == "reading" and row.token == token and row.owner is not None


def _lock(session: Session, dataset_id: str) -> bool:
    """Lock the data set's row. Returns False if it was deleted."""
    query = select(DatasetRow.id).where(DatasetRow.id == dataset_id).with_for_update()
    return session.execute(query).scalar_one_or_none() is not None


def _change(session: Session, lease: ReadingLease, **values: Any) -> None:
    ours = (
        DatasetVersionRow.id == lease.version_id,
        DatasetVersionRow.token == lease.token,
        DatasetVersionRow.owner == lease.owner,
        DatasetVersionRow.status == "reading",
    )
    changed = update(DatasetVersionRow).where(*ours).values(**values).returning(DatasetVersionRow.id)
    if session.execute(changed).scalar_one_or_none() is None:
        raise LeaseLost(f"{lease.owner} no longer holds {lease.version_id}")


def _over(at: datetime) -> dict[str, Any]:
    return {"finished_at": at, "owner": None, "lease_until": None, "progress": None}


def _end(session: Session, lease: ReadingLease, new: Sequence[Event], settings: Settings, at: datetime) -> None:
    """Append the last events of a reading."""
    session.expire_all()
    datasets.set_status(session, session.get_one(DatasetVersionRow, lease.version_id))
    row = session.get_one(DatasetRow, lease.dataset_id)
    session.refresh(row)
    (record,) = records.listed(session, [row], settings.dataset_dirs)
    over = [DatasetEvent.STATUS, DatasetEvent.END] if row.status != "reading" else [DatasetEvent.STATUS]
    events.append(session, row.id, [*new, *((kind, record) for kind in over)], at)


def _delete_tables(session: Session, version_id: str, tokens: range, at: datetime) -> None:
    """After the commit, delete what earlier readings may have stored: at once, and again later, because a worker may
    not have noticed yet that it lost its lease."""
    for token in tokens:
        pending_deletions.expect(session, key_of(version_id, token), at)
        outbox(session).deletions.append(key_of(version_id, token))


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
