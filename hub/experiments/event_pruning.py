"""Events that are old go: those of experiments that are over, but for log lines and the end. Their numbers stay taken,
their epochs are in the metrics, and the experiment says up to where they are gone."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gradus.status import EventKind
from hub.database.database import now
from hub.experiments import experiments
from hub.hub import Hub
from hub.tables import EventRow, ExperimentRow

BATCH = 1000
"""Events in one transaction: nobody waits long for it."""
AT_ONCE = 1000
"""Batches each time: what is left waits for the next."""


def prune(hub: Hub, days: float) -> int:
    """Drop what is older than so many days; how many batches there were. None are dropped if it is 0."""
    return next((done for done in range(AT_ONCE) if not days or not _prune_some(hub, timedelta(days=days))), AT_ONCE)


def _prune_some(hub: Hub, age: timedelta) -> bool:
    """One batch; whether there was any."""
    with hub.write() as session:
        one = oldest(session, now(session) - age)
        row = experiments.lock(session, one) if one else None
        if row is not None and row.log_closed_at is not None:  # nobody has extended it meanwhile
            _prune_batch(session, row)
        return one is not None


def oldest(session: Session, before: datetime) -> str | None:
    """The experiment whose log was closed first of those that were by then, and whose events are still there."""
    closed = select(ExperimentRow.id).where(ExperimentRow.log_closed_at < before)
    return session.scalar(closed.order_by(ExperimentRow.log_closed_at).limit(1))


def _prune_batch(session: Session, row: ExperimentRow) -> None:
    """The oldest events of one log; the last, its end, stays, and so a stream still closes."""
    last = row.events
    rows = select(EventRow.seq).where(EventRow.experiment_id == row.id, EventRow.seq > row.events_pruned)
    upto = session.scalars(rows.where(EventRow.seq < last).order_by(EventRow.seq).limit(BATCH)).all()
    if upto:
        told = (EventRow.experiment_id == row.id, EventRow.seq > row.events_pruned, EventRow.seq <= upto[-1])
        session.execute(delete(EventRow).where(*told, EventRow.kind != EventKind.LOG))
        row.events_pruned = upto[-1]
        row.version += 1
    if len(upto) < BATCH:
        row.log_closed_at = None
