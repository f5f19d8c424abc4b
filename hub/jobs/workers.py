"""Workers in the database, and which of them are alive."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from gradus.array import Room
from gradus.device_name import CpuName
from gradus.status import Status
from gradus.wire.system import WorkerRecord
from hub.database.database import now
from hub.tables import ExperimentRow, JobRow, WorkerRow

ALIVE = timedelta(seconds=15)
"""A worker without a heartbeat for this long counts as lost."""
CLOCK_SKEW = timedelta(seconds=2)
"""How far in the future a heartbeat may be, because it may be written during the read. A later one comes from a wrong
clock and proves nothing."""


def register(session: Session, worker: WorkerRecord) -> None:
    """Register a worker, and delete workers that were lost long ago."""
    at = now(session)
    session.execute(delete(WorkerRow).where(or_(WorkerRow.seen_at < at - 20 * ALIVE, WorkerRow.seen_at > at + ALIVE)))
    session.add(WorkerRow(**worker.model_dump(exclude={"threads"})))


def beat(session: Session, worker_id: str, running: int, device: str) -> bool:
    """Record a heartbeat. Returns False if the worker was deleted after a long silence and must register again."""
    heartbeat = update(WorkerRow).where(WorkerRow.id == worker_id)
    changed = heartbeat.values(seen_at=now(session), running=running, device=device).returning(WorkerRow.id)
    return session.execute(changed).scalar_one_or_none() is not None


def leave(session: Session, worker_id: str) -> None:
    """Remove a worker that shuts down."""
    session.execute(delete(WorkerRow).where(WorkerRow.id == worker_id))


def alive(session: Session) -> Sequence[WorkerRecord]:
    """The live workers, oldest first."""
    at = now(session)
    is_alive = (WorkerRow.seen_at > at - ALIVE, WorkerRow.seen_at <= at + CLOCK_SKEW)
    rows = session.scalars(select(WorkerRow).where(*is_alive).order_by(WorkerRow.started_at))
    return [WorkerRecord.model_validate(row, from_attributes=True) for row in rows]


def kinds(session: Session) -> Sequence[str]:
    """The kinds of devices of the live workers: cpu, cuda."""
    return sorted({worker.device.partition(":")[0] for worker in alive(session)})


def seen_by(session: Session, workspace_id: str) -> Sequence[WorkerRecord]:
    """The live workers as a workspace sees them: with its own experiments only."""
    training = (
        select(JobRow.owner, JobRow.id, ExperimentRow.device)
        .join(ExperimentRow)
        .where(ExperimentRow.workspace_id == workspace_id, ExperimentRow.status == Status.RUNNING)
    )
    running = session.execute(training).all()
    return [
        _with_runs(worker, [(job, device) for owner, job, device in running if owner == worker.id])
        for worker in alive(session)
    ]


def _with_runs(worker: WorkerRecord, running: Sequence[tuple[str, str | None]]) -> WorkerRecord:
    """The worker with the experiments that it trains, given by job and device."""
    cpus = [CpuName.parse(device or "") for device in dict(running).values()]
    threads = tuple(cpu.threads for cpu in cpus if cpu is not None)
    return worker.model_copy(update={"running": len(running), "threads": threads})


def room(session: Session) -> Room:
    """The capacity of the live workers; one slot if there are none.

    Where there are GPUs, runs that leave the choice are theirs.
    """
    workers = alive(session)
    gpus = sum(worker.slots for worker in workers if worker.device.startswith("cuda"))
    cpus = sum(worker.slots for worker in workers) - gpus
    return Room(max(1, gpus or cpus), gpu=gpus > 0, cpu_slots=max(1, cpus))
