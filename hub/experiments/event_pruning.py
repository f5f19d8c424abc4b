"""Deletes old events of ended experiments, except log lines and the last `end`.

The numbers of deleted events are not reused, their epochs are still in the metrics, and the experiment's
`events_pruned` says up to which number events were deleted.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gradus.status import EventKind
from hub.database.database import now
from hub.experiments import experiments
from hub.hub import Hub
from hub.tables import EventRow, ExperimentRow

BATCH = 1000
"""Events deleted in one transaction: it must not block other writers for long."""
MAX_BATCHES = 1000
"""Limit on the batches of one call; the next call continues."""


def prune(hub: Hub, days: float) -> int:
    """Delete events older than `days`; 0 deletes nothing. Returns the number of batches."""
    return next(
        (done for done in range(MAX_BATCHES) if not days or not _prune_some(hub, timedelta(days=days))), MAX_BATCHES
    )


def _prune_some(hub: Hub, age: timedelta) -> bool:
    """Delete one batch. Returns whether there was anything to delete."""
    with hub.write() as session:
        experiment_id = oldest(session, now(session) - age)
        row = experiments.lock(session, experiment_id) if experiment_id else None
        if row is not None and row.log_closed_at is not None:  # not extended in the meantime
            _prune_batch(session, row)
        return experiment_id is not None


def oldest(session: Session, before: datetime) -> str | None:
    """Of the experiments whose log closed before this time and still has events, the one whose log closed first."""
    closed = select(ExperimentRow.id).where(ExperimentRow.log_closed_at < before)
    return session.scalar(closed.order_by(ExperimentRow.log_closed_at).limit(1))


def _prune_batch(session: Session, row: ExperimentRow) -> None:
    """Delete the oldest events of one log. The last event, its `end`, stays, so that streams still close."""
    last = row.events
    rows = select(EventRow.seq).where(EventRow.experiment_id == row.id, EventRow.seq > row.events_pruned)
    upto = session.scalars(rows.where(EventRow.seq < last).order_by(EventRow.seq).limit(BATCH)).all()
    if upto:
        batch = (EventRow.experiment_id == row.id, EventRow.seq > row.events_pruned, EventRow.seq <= upto[-1])
        session.execute(delete(EventRow).where(*batch, EventRow.kind != EventKind.LOG))
        row.events_pruned = upto[-1]
        row.version += 1
    if len(upto) < BATCH:
        row.log_closed_at = None
