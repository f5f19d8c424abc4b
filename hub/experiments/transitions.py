"""The one way an experiment changes its status: by the table, with its events."""

from datetime import datetime

from sqlalchemy.orm import Session

from gradus.errors import Conflict
from gradus.status import TRANSITIONS, EventKind, Status
from gradus.wire.experiment import Failure
from hub.experiments.events import Event, log
from hub.experiments.mapping import record
from hub.tables import ExperimentRow


def move(session: Session, row: ExperimentRow, to: Status, at: datetime, error: Failure | None = None) -> list[Event]:
    """Change the status of a locked row; the events that tell of it, to be appended by the caller.

    The log says what an error says: who reads the log alone learns why the run failed.

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
    seen = record(row)
    told = [log(row.id, error.message, "error")] if error else []
    told.append(Event(row.id, EventKind.STATUS, seen))
    return [*told, Event(row.id, EventKind.END, seen)] if to.final else told
