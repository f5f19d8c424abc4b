"""Status transitions: all status changes use the table `TRANSITIONS` and create events."""

from datetime import datetime

from sqlalchemy.orm import Session

from gradus.errors import Conflict
from gradus.status import TRANSITIONS, EventKind, Status
from gradus.wire.experiment import Failure
from hub.experiments.events import Event, log
from hub.experiments.mapping import record
from hub.tables import ExperimentRow


def move(session: Session, row: ExperimentRow, to: Status, at: datetime, error: Failure | None = None) -> list[Event]:
    """Change the status of a locked row. Returns the events about it, which the caller must append.

    An error is also written to the log, so that the log alone shows why the run failed.

    Raises:
        Conflict: the table has no such transition.
    """
    if to not in TRANSITIONS[Status(row.status)]:
        raise Conflict(f"experiment {row.id} is {row.status} and cannot become {to}", code="impossible_transition")
    row.status = to
    row.request = None
    row.error = error.model_dump_json() if error else None
    row.finished_at = row.log_closed_at = at if to.final else None
    if to is Status.RUNNING:
        row.started_at = row.started_at or at
        row.attempts += 1
    session.flush()
    current = record(row)
    events = [log(row.id, error.message, "error")] if error else []
    events.append(Event(row.id, EventKind.STATUS, current))
    return [*events, Event(row.id, EventKind.END, current)] if to.final else events
