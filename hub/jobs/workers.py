"""Workers in the database, and which of them are alive."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session, load_only

from gradus.array import Room
from gradus.device_name import CpuName
from gradus.status import Status
from gradus.wire.metrics import MetricsRow
from gradus.wire.system import RunUsage, Usage, WorkerRecord
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
    session.add(WorkerRow(**worker.model_dump(exclude={"threads", "runs", "usage"})))


def beat(session: Session, worker_id: str, running: int, device: str, usage: Usage | None = None) -> bool:
    """Record a heartbeat. Returns False if the worker was deleted after a long silence and must register again."""
    heartbeat = update(WorkerRow).where(WorkerRow.id == worker_id)
    values = {"running": running, "device": device, "sample": usage and usage.model_dump_json()}
    changed = heartbeat.values(seen_at=now(session), **values).returning(WorkerRow.id)
    return session.execute(changed).scalar_one_or_none() is not None


def leave(session: Session, worker_id: str) -> None:
    """Remove a worker that shuts down."""
    session.execute(delete(WorkerRow).where(WorkerRow.id == worker_id))


def alive(session: Session) -> Sequence[WorkerRecord]:
    """The live workers, oldest first."""
    at = now(session)
    is_alive = (WorkerRow.seen_at > at - ALIVE, WorkerRow.seen_at <= at + CLOCK_SKEW)
    rows = session.scalars(select(WorkerRow).where(*is_alive).order_by(WorkerRow.started_at))
    return [_record(row) for row in rows]


def _record(row: WorkerRow) -> WorkerRecord:
    usage = None if row.sample is None else Usage.model_validate_json(row.sample)
    return WorkerRecord.model_validate(row, from_attributes=True).model_copy(update={"usage": usage})


def kinds(session: Session) -> Sequence[str]:
    """The kinds of devices of the live workers: cpu, cuda."""
    return sorted({worker.device.partition(":")[0] for worker in alive(session)})


def seen_by(session: Session, workspace_id: str) -> Sequence[WorkerRecord]:
    """The live workers as a workspace sees them: with its own experiments only."""
    running = _training(session, workspace_id)
    return [_with_runs(worker, [run for owner, run in running if owner == worker.id]) for worker in alive(session)]


def runs(session: Session) -> Sequence[RunUsage]:
    """The usage of all training experiments, of all workspaces."""
    return [_usage(row) for _, row in _training(session)]


def _training(session: Session, workspace_id: str | None = None) -> Sequence[tuple[str | None, ExperimentRow]]:
    """The training experiments of a workspace, with their workers; those of all workspaces if none is given."""
    taken = select(JobRow.id, JobRow.owner).where(JobRow.owner.is_not(None))
    owners = dict(session.execute(taken).all())
    query = select(ExperimentRow).where(ExperimentRow.job_id.in_(owners), ExperimentRow.status == Status.RUNNING)
    if workspace_id is not None:
        query = query.where(ExperimentRow.workspace_id == workspace_id)
    read = load_only(ExperimentRow.job_id, ExperimentRow.device, ExperimentRow.latest, ExperimentRow.peak_memory_bytes)
    rows = session.scalars(query.options(read))
    return [(owners[row.job_id], row) for row in sorted(rows, key=lambda one: one.id)]


def _with_runs(worker: WorkerRecord, running: Sequence[ExperimentRow]) -> WorkerRecord:
    """The worker with the experiments that it trains."""
    cpus = [CpuName.parse(device or "") for device in {row.job_id: row.device for row in running}.values()]
    threads = tuple(cpu.threads for cpu in cpus if cpu is not None)
    taken = tuple(map(_usage, running))
    return worker.model_copy(update={"running": len(running), "threads": threads, "runs": taken})


def _usage(row: ExperimentRow) -> RunUsage:
    latest = None if row.latest is None else MetricsRow.model_validate_json(row.latest)
    return RunUsage(
        experiment_id=row.id,
        samples_per_second=latest and latest.samples_per_second,
        peak_memory_bytes=row.peak_memory_bytes,
    )


def room(session: Session) -> Room:
    """The capacity of the live workers; one slot if there are none.

    If there are GPUs, runs that leave the choice of device train on them.
    """
    workers = alive(session)
    gpus = sum(worker.slots for worker in workers if worker.device.startswith("cuda"))
    cpus = sum(worker.slots for worker in workers) - gpus
    return Room(max(1, gpus or cpus), gpu=gpus > 0, cpu_slots=max(1, cpus))
