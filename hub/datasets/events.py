"""The event logs of data sets: all events that clients can see, numbered 1, 2, 3 … within each data set."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from gradus.wire.dataset import DatasetRecord
from gradus.wire.experiment import LogLine
from gradus.wire.message import Message
from hub.messaging.outbox import outbox
from hub.tables import DatasetEventRow, DatasetRow

_LOG_LOCK = 0x64617461
"""Postgres advisory lock, held from the insertion of events to the commit. It makes ids increase in commit order."""


class DatasetEvent(StrEnum):
    """The kind of an event in a data set's event log."""

    STATUS = "status"
    """The status or the description has changed; data: the data set."""
    PROGRESS = "progress"
    """The progress of the reading; data: what, done, total, unit."""
    LOG = "log"
    """A log line; data: level and message."""
    FINDING = "finding"
    """Something is wrong with the data; data: the finding."""
    END = "end"
    """The reading is over; data: the data set. No events follow, unless the data set changes or gets a version."""


Event = tuple[DatasetEvent, Message]


def line(message: str, level: str = "info") -> Event:
    """A `log` event."""
    return DatasetEvent.LOG, LogLine(level=level, message=message)


def append(session: Session, dataset_id: str, events: Sequence[Event], at: datetime) -> None:
    """Append events to a data set's log. Call this as the last step of a transaction."""
    take = update(DatasetRow).where(DatasetRow.id == dataset_id).values(events=DatasetRow.events + len(events))
    newest = session.execute(take.returning(DatasetRow.events)).scalar_one()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOG_LOCK)))
    rows = [
        {"dataset_id": dataset_id, "seq": seq, "kind": kind, "data": _numbered(data, seq).model_dump_json(), "at": at}
        for seq, (kind, data) in enumerate(events, newest - len(events) + 1)
    ]
    if rows:
        session.execute(insert(DatasetEventRow), rows)
    outbox(session).events.add(dataset_id)


def _numbered(data: Message, seq: int) -> Message:
    """The event's data. If it is a data set's record, its `last_event` is the number of this event."""
    return data.model_copy(update={"last_event": seq}) if isinstance(data, DatasetRecord) else data


def of_dataset(session: Session, dataset_id: str, after: int, limit: int) -> Sequence[DatasetEventRow]:
    """The rows of a data set's log with numbers greater than `after`, in order."""
    mine = (DatasetEventRow.dataset_id == dataset_id, DatasetEventRow.seq > after)
    return session.scalars(select(DatasetEventRow).where(*mine).order_by(DatasetEventRow.seq).limit(limit)).all()


def lines(session: Session, dataset_id: str, after: int, limit: int) -> Sequence[DatasetEventRow]:
    """The `log` rows of a data set's log with numbers greater than `after`, in order."""
    mine = (DatasetEventRow.dataset_id == dataset_id, DatasetEventRow.seq > after)
    log_lines = select(DatasetEventRow).where(*mine, DatasetEventRow.kind == DatasetEvent.LOG)
    return session.scalars(log_lines.order_by(DatasetEventRow.seq).limit(limit)).all()


def of_all(session: Session, after: int, limit: int) -> Sequence[DatasetEventRow]:
    """The rows of all logs with ids greater than `after`, in order."""
    query = select(DatasetEventRow).where(DatasetEventRow.id > after)
    return session.scalars(query.order_by(DatasetEventRow.id).limit(limit)).all()


def newest(session: Session) -> int:
    """The id of the newest row of all logs; 0 if there is none."""
    return session.scalar(select(func.max(DatasetEventRow.id))) or 0
