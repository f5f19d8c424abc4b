"""The event log: everything a client can be told, numbered without gaps within each experiment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from gradus.status import EventKind
from gradus.wire.experiment import LogLine
from gradus.wire.message import Message
from hub.outbox import outbox
from hub.tables import EventRow, ExperimentRow

_LOG_LOCK = 0x67726164
"""Postgres advisory lock, held from the numbering of events to the commit: ids grow in the order of the commits,
so that a reader who has seen id n will never find a smaller one later. SQLite has one writer at a time anyway."""


@dataclass(frozen=True)
class Event:
    """One thing to be told."""

    experiment_id: str
    kind: EventKind
    data: Message


def log(experiment_id: str, message: str, level: str = "info") -> Event:
    """A `log` event."""
    return Event(experiment_id, EventKind.LOG, LogLine(level=level, message=message))


def append(session: Session, events: Sequence[Event], at: datetime) -> None:
    """Write the events at the end of their logs.

    Call it once in a transaction, last: it takes rows first and the log second, and so never waits in a circle.
    """
    if not events:
        return
    numbers = {
        experiment_id: _take_numbers(session, experiment_id, sum(e.experiment_id == experiment_id for e in events))
        for experiment_id in sorted({event.experiment_id for event in events})
    }
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOG_LOCK)))
    rows = []
    for event in events:
        seq = numbers[event.experiment_id] = numbers[event.experiment_id] + 1
        data = event.data.model_dump_json()
        rows.append({"experiment_id": event.experiment_id, "seq": seq, "kind": event.kind, "data": data, "at": at})
    session.execute(insert(EventRow), rows)
    outbox(session).rings.update(numbers)


def _take_numbers(session: Session, experiment_id: str, count: int) -> int:
    """Reserve `count` numbers; the one before the first."""
    taken = session.execute(
        update(ExperimentRow)
        .where(ExperimentRow.id == experiment_id)
        .values(events=ExperimentRow.events + count, version=ExperimentRow.version + 1)
        .returning(ExperimentRow.events)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    return taken - count


def of_experiment(session: Session, experiment_id: str, after: int, limit: int) -> Sequence[EventRow]:
    """The rows of one log with numbers greater than `after`, in order."""
    query = select(EventRow).where(EventRow.experiment_id == experiment_id, EventRow.seq > after)
    return session.scalars(query.order_by(EventRow.seq).limit(limit)).all()


def of_all(session: Session, after: int, limit: int) -> Sequence[EventRow]:
    """The rows of the whole log with ids greater than `after`, in order."""
    return session.scalars(select(EventRow).where(EventRow.id > after).order_by(EventRow.id).limit(limit)).all()


def newest(session: Session) -> int:
    """The id of the newest row of the whole log; 0 if there is none."""
    return session.scalar(select(func.max(EventRow.id))) or 0
