"""Workers in the database: who is alive."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from gradus.array import Room
from gradus.status import Status
from gradus.wire.system import WorkerRecord
from hub.database.database import now
from hub.tables import ExperimentRow, JobRow, WorkerRow

ALIVE = timedelta(seconds=15)
"""Without a sign of life for so long, a worker counts as gone."""
AHEAD = timedelta(seconds=2)
"""How much later than this moment a sign of life may be that is written while somebody reads. One that is still later
is a wrong clock's, and says nothing of now."""


def register(session: Session, worker: WorkerRecord) -> None:
    """A new worker, and forget those that went long ago."""
    at = now(session)
    session.execute(delete(WorkerRow).where(or_(WorkerRow.seen_at < at - 20 * ALIVE, WorkerRow.seen_at > at + ALIVE)))
    session.add(WorkerRow(**dict(worker)))


def beat(session: Session, worker_id: str, running: int) -> bool:
    """A sign of life; False if the worker was silent for so long that it was forgotten: it registers again."""
    seen = update(WorkerRow).where(WorkerRow.id == worker_id).values(seen_at=now(session), running=running)
    return session.execute(seen.returning(WorkerRow.id)).scalar_one_or_none() is not None


def leave(session: Session, worker_id: str) -> None:
    """A worker that ends in order."""
    session.execute(delete(WorkerRow).where(WorkerRow.id == worker_id))


def alive(session: Session) -> Sequence[WorkerRecord]:
    """The workers that are there, oldest first."""
    at = now(session)
    there = (WorkerRow.seen_at > at - ALIVE, WorkerRow.seen_at <= at + AHEAD)
    rows = session.scalars(select(WorkerRow).where(*there).order_by(WorkerRow.started_at))
    return [WorkerRecord.model_validate(row, from_attributes=True) for row in rows]


def kinds(session: Session) -> Sequence[str]:
    """The kinds of devices that the workers have which are there: cpu, cuda."""
    return sorted({worker.device.partition(":")[0] for worker in alive(session)})


def seen_by(session: Session, workspace_id: str) -> Sequence[WorkerRecord]:
    """The workers that are there as a workspace sees them: with the experiments of its own that they train."""
    training = (
        select(JobRow.owner, func.count())
        .join(ExperimentRow)
        .where(ExperimentRow.workspace_id == workspace_id, ExperimentRow.status == Status.RUNNING)
        .group_by(JobRow.owner)
    )
    running = dict(session.execute(training).all())
    return [worker.model_copy(update={"running": running.get(worker.id, 0)}) for worker in alive(session)]


def room(session: Session) -> Room:
    """What the living workers have; one slot if there are none yet."""
    workers = alive(session)
    slots = sum(worker.slots for worker in workers)
    return Room(max(1, slots), gpu=any(worker.device.startswith("cuda") for worker in workers))
