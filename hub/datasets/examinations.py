"""Examinations: statistics by class and findings depend on the data set's target. When that changes, workers compute
them again from the stored tables, under the lease of a reading."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gradus.wire.dataset import ReadFailure, TargetColumns
from gradus.wire.finding import Finding
from gradus.wire.message import Message
from hub.database.database import now
from hub.datasets import documents, events, reading_end, records
from hub.datasets.events import DatasetEvent, Event
from hub.datasets.reading_lease import ReadingLease, change, lock
from hub.messaging.outbox import outbox
from hub.settings import Settings
from hub.tables import DatasetRow, DatasetVersionRow


def begin(session: Session, dataset_id: str, at: datetime) -> None:
    """Have the newest ready version of a locked data set examined, and its other ready versions once somebody asks for
    them."""
    row = DatasetVersionRow
    ready = (row.dataset_id == dataset_id, row.status == "ready")
    newest = session.scalar(select(row.id).where(*ready).order_by(row.number.desc()).limit(1))
    if newest is None:
        return
    session.execute(update(row).where(*ready, row.id != newest, ~row.stale).values(outdated=True))
    _queue(session, newest, at)


def ask(session: Session, dataset_id: str, version_id: str) -> None:
    """Have a version examined if its statistics and findings are outdated. Call this when somebody asks for them."""
    lock(session, dataset_id)
    row = session.get(DatasetVersionRow, version_id, populate_existing=True)
    if row is not None and row.outdated:
        _queue(session, version_id, now(session))


def follow(session: Session, lease: ReadingLease, target: TargetColumns | None, at: datetime) -> None:
    """Have a version examined again if the data set's target has changed since the work for `target` began."""
    row = session.get_one(DatasetRow, lease.dataset_id, populate_existing=True)
    if records.target_of(row) == target:
        return
    _queue(session, lease.version_id, at)


def finish(
    session: Session,
    lease: ReadingLease,
    target: TargetColumns | None,
    statistics: Message | None,
    found: tuple[Finding, ...] | None,
    settings: Settings,
) -> None:
    """Record the statistics and findings for a target. None means that they could not be computed: then the stored ones
    stay as they are.

    Raises:
        LeaseLost: another worker has taken the version since, or it was deleted.
    """
    at = now(session)
    lock(session, lease.dataset_id)
    changes: dict[str, Any] = {} if statistics is None else {"statistics": statistics.model_dump_json()}
    new: list[Event] = []
    if found is not None:
        table = documents.read_table(session, lease.version_id)
        assert table is not None
        before = {finding.id for finding in documents.findings(session, lease.version_id)}
        all_ = (*table.findings, *found)
        changes |= {"findings": documents.findings_json(all_), "finding_count": len(all_)}
        new += [(DatasetEvent.FINDING, finding) for finding in all_ if finding.id not in before]
    new += [
        events.line(f"the {what} are still those of the former target", "warning") for what in _kept(statistics, found)
    ]
    change(session, lease, stale=False, **changes, **reading_end.released())
    follow(session, lease, target, at)
    reading_end.tell(session, lease, new, settings, at)


def give_up(session: Session, lease: ReadingLease, failure: ReadFailure, settings: Settings) -> None:
    """End an examination without a result: the statistics and findings stay as they are.

    Raises:
        LeaseLost: another worker has taken the version since, or it was deleted.
    """
    at = now(session)
    lock(session, lease.dataset_id)
    change(session, lease, stale=False, **reading_end.released())
    message = f"the statistics and findings are still those of the former target: {failure.message}"
    reading_end.tell(session, lease, [events.line(message, "error")], settings, at)


def _queue(session: Session, version_id: str, at: datetime) -> None:
    mine = update(DatasetVersionRow).where(DatasetVersionRow.id == version_id)
    session.execute(mine.values(stale=True, outdated=False, losses=0, message_sent_at=at))
    outbox(session).examinations.append(version_id)


def _kept(statistics: Message | None, found: tuple[Finding, ...] | None) -> list[str]:
    return [what for what, new in (("statistics", statistics), ("findings", found)) if new is None]
