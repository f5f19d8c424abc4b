"""What a person wants of an experiment: written down here, done by the worker within a second."""

from sqlalchemy.orm import Session

from gradus.errors import Conflict
from gradus.status import Status
from hub import experiments
from hub.database import now
from hub.events import append
from hub.outbox import outbox
from hub.tables import ExperimentRow
from hub.transitions import move


def cancel(session: Session, row: ExperimentRow) -> None:
    """End a locked experiment: at once if nobody trains it, else by its worker. Asking twice is harmless.

    Raises:
        Conflict: it is over already, in another way.
    """
    if row.status == Status.CANCELLED:
        return
    if Status(row.status).final:
        raise Conflict(f"experiment {row.id} has already {row.status}", code="impossible_transition")
    if row.status == Status.RUNNING:
        row.request = Status.CANCELLED
        outbox(session).controls.add(row.job_id)
        session.flush()
        return
    at = now(session)
    append(session, move(session, row, Status.CANCELLED, at), at)
    experiments.close_job(session, row.job_id)
