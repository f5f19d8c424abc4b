"""The course of a reading: its progress, and how it ended. Every write is fenced by the reading's lease."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gradus.wire.dataset import ReadFailure, TargetColumns
from gradus.wire.finding import Finding
from gradus.wire.message import Message
from gradus.wire.table import ReadTable
from hub.access import quotas
from hub.artifacts import pending_deletions
from hub.artifacts.manifest import Receipt
from hub.database.database import now
from hub.datasets import datasets, documents, events, examinations, reading_end, records
from hub.datasets.events import DatasetEvent, Event
from hub.datasets.reading_lease import ReadingLease, change, delete_tables, lock
from hub.messaging.outbox import outbox
from hub.settings import Settings
from hub.tables import DatasetRow, DatasetVersionRow, UploadRow


@dataclass(frozen=True)
class ReadResult:
    """The result of a reading."""

    table: ReadTable
    target: TargetColumns | None
    """The data set's target when the reading began."""
    receipt: Receipt
    """The receipt of the artifact with the stored table."""
    statistics: Message | None
    """The statistics; None if they could not be computed."""
    findings: tuple[Finding, ...] | None
    """Findings about the data; None if they could not be computed."""
    sha256s: Mapping[str, str]
    """SHA-256 of the uploads for which it was not known before, by their ids."""


def heartbeat(session: Session, lease: ReadingLease, new: Sequence[Event]) -> None:
    """Renew the lease, and append events about the reading to the log.

    Raises:
        LeaseLost: another worker has taken the version since, or it was deleted.
    """
    at = now(session)
    if new:
        lock(session, lease.dataset_id)
    progress = [data.model_dump_json() for kind, data in new if kind == DatasetEvent.PROGRESS]
    changes: dict[str, Any] = {"progress": progress[-1]} if progress else {}
    change(session, lease, lease_until=at + lease.term, **changes)
    if new:
        events.append(session, lease.dataset_id, new, at)


def finish(session: Session, lease: ReadingLease, result: ReadResult, settings: Settings) -> ReadFailure | None:
    """Record the result: from now on the version is ready. Returns the failure if the workspace has no room for it.

    Raises:
        LeaseLost: another worker has taken the version since, or it was deleted.
    """
    full = _over_quota(session, lease, result.receipt.size, settings)
    if full is not None:
        fail(session, lease, full, settings)
        return full
    at = now(session)
    lock(session, lease.dataset_id)
    target = _target(session, lease, result)
    table, findings = result.table, (*result.table.findings, *(result.findings or ()))
    change(
        session,
        lease,
        status="ready",
        facts=table.model_dump_json(),
        statistics=None if result.statistics is None else result.statistics.model_dump_json(),
        findings=documents.findings_json(findings),
        column_count=len(table.columns),
        finding_count=len(findings),
        digest=table.digest,
        rows=table.rows,
        artifact=lease.key,
        artifact_digest=result.receipt.digest,
        bytes=result.receipt.size,
        finished_at=at,
        **reading_end.released(),
    )
    for upload_id, sha256 in result.sha256s.items():
        unknown = (UploadRow.id == upload_id, UploadRow.sha256.is_(None))
        session.execute(update(UploadRow).where(*unknown).values(sha256=sha256))
    delete_tables(session, lease.version_id, range(1, lease.token), at)
    examinations.follow(session, lease, target, at)
    reading_end.tell(session, lease, [(DatasetEvent.FINDING, finding) for finding in findings], settings, at)
    return None


def _target(session: Session, lease: ReadingLease, result: ReadResult) -> TargetColumns | None:
    """The target that the statistics and findings are for. If a data set of pictures has no target when it is read for
    the first time, the labels of the pictures become its target."""
    if result.target is not None or result.table.label is None:
        return result.target
    row = session.get_one(DatasetRow, lease.dataset_id, populate_existing=True)
    if records.target_of(row) is None and datasets.newest_ready(session, row.id) is None:
        row.target = json.dumps(result.table.label)
        session.flush()
    return result.table.label


def fail(session: Session, lease: ReadingLease, failure: ReadFailure, settings: Settings) -> None:
    """Record that the files cannot be read.

    Raises:
        LeaseLost: another worker has taken the version since, or it was deleted.
    """
    at = now(session)
    lock(session, lease.dataset_id)
    change(session, lease, status="failed", error=failure.model_dump_json(), finished_at=at, **reading_end.released())
    pending_deletions.expect(session, lease.version_id, at)
    reading_end.tell(session, lease, [events.line(failure.message, "error")], settings, at)


def release(session: Session, lease: ReadingLease) -> None:
    """Release the version, so that any worker can read it at once. This does not count as a loss.

    Raises:
        LeaseLost: another worker has taken the version since, or it was deleted.
    """
    change(session, lease, owner=None, lease_until=None, message_sent_at=now(session))
    outbox(session).readings.append(lease.version_id)


def may_delete_table(session: Session, lease: ReadingLease) -> bool:
    """Whether the table that a reading has stored is not needed: the lease is lost, and the version does not refer to
    it."""
    row = session.get(DatasetVersionRow, lease.version_id)
    return row is None or (row.artifact != lease.key and (row.status != "reading" or row.token != lease.token))


def _over_quota(session: Session, lease: ReadingLease, size: int, settings: Settings) -> ReadFailure | None:
    """Why a table of this size cannot be kept; None if it can. The workspace's row stays locked, so that two readings
    never use the same free space."""
    workspace_id = session.scalar(select(DatasetRow.workspace_id).where(DatasetRow.id == lease.dataset_id))
    if workspace_id is None:  # the data set was deleted, and the lease with it
        return None
    quotas.lock(session, workspace_id)
    stored, limit = datasets.bytes_of(session, workspace_id), settings.quotas.workspace_bytes
    if stored + size <= limit:
        return None
    message = (
        f"the table that was read has {size:,} bytes: with it, this workspace would store {stored + size:,} bytes of "
        f"data sets, and its limit is {limit:,}: delete data sets, then add a version"
    )
    return ReadFailure(code="quota_bytes", message=message)
