"""What a worker writes down of a job that it has claimed: its epochs and checkpoints, and its end. Every write is
fenced."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gradus.status import EventKind, Status
from gradus.wire.event import StepProgress
from gradus.wire.experiment import Failure
from gradus.wire.metrics import MetricsRow
from hub.database.database import now
from hub.experiments import experiments, metrics
from hub.experiments.events import Event, append, log
from hub.experiments.transitions import move
from hub.jobs import checkpoints, leases, worker_loss
from hub.jobs.checkpoint_ref import CheckpointRef
from hub.jobs.leases import Lease, LeaseLost
from hub.tables import ExperimentRow


@dataclass(frozen=True)
class EpochResult:
    """One epoch of one experiment, to be recorded."""

    row: MetricsRow
    best: bool
    """Whether it is the best so far."""
    saved: CheckpointRef | None = None
    """The checkpoint at its end, if there is one."""


def heartbeat(session: Session, lease: Lease) -> None:
    """Renew the lease."""
    leases.fence(session, lease, now(session))


def requests(session: Session, job_id: str) -> dict[str, Status]:
    """The statuses that people want of the job's running experiments, by experiment id. Reads only."""
    wanted = select(ExperimentRow.id, ExperimentRow.request).where(
        ExperimentRow.job_id == job_id, ExperimentRow.status == Status.RUNNING
    )
    return {key: Status(request) for key, request in session.execute(wanted) if request}


def record_epochs(session: Session, lease: Lease, epochs: Mapping[str, EpochResult]) -> None:
    """One transaction for one epoch: metrics rows, events, checkpoints, progress.

    Epochs that were recorded before are left as they are: a run that was lost and begun anew gives the same numbers.
    """
    at = now(session)
    lost = leases.fence(session, lease, at)
    fresh: dict[str, MetricsRow] = {}
    for row in experiments.members(session, lease.job_id):
        epoch = epochs.get(row.id) if row.status == Status.RUNNING else None
        if epoch is not None and epoch.row.epoch > row.epoch:
            if epoch.row.epoch > row.epoch + 1:
                raise _back_in_time(row)
            _advance(row, epoch)
            fresh[row.id] = epoch.row
        if epoch is not None and epoch.saved is not None:
            checkpoints.add(session, row, lease.token, epoch.saved, at)
    if lost and (fresh or any(epoch.saved for epoch in epochs.values())):
        worker_loss.forget(session, lease)
    if not fresh:
        return
    session.flush()
    metrics.add(session, fresh)
    append(session, [Event(key, EventKind.EPOCH, row) for key, row in fresh.items()], at)


def record_checkpoint(session: Session, lease: Lease, experiment_id: str, saved: CheckpointRef) -> None:
    """A checkpoint beside the epochs' own: in the middle of one, or after it was recorded."""
    at = now(session)
    leases.fence(session, lease, at)
    row = _training(session, lease, experiment_id)
    if row is not None:
        _name(session, row, lease, saved, at)


def record_late(session: Session, lease: Lease, experiment_id: str, saved: CheckpointRef) -> None:
    """A checkpoint of one that was let go while it was written. Nobody has gone on from an older one meanwhile.

    One after an epoch that was not recorded any more stays without a name: from there on a row would be missing.
    """
    at = now(session)
    leases.newest(session, lease)
    row = experiments.lock(session, experiment_id)
    if row is None:
        checkpoints.forget(session, experiment_id, at)
    elif row.job_id == lease.job_id and saved.epoch <= row.epoch:
        checkpoints.add(session, row, lease.token, saved, at)


def say(session: Session, lease: Lease, experiment_id: str, message: str, level: str = "info") -> None:
    """A line in an experiment's log."""
    at = now(session)
    leases.fence(session, lease, at)
    if _training(session, lease, experiment_id) is not None:
        append(session, [log(experiment_id, message, level)], at)


def report_progress(session: Session, lease: Lease, experiment_ids: Iterable[str], step: StepProgress) -> None:
    """How far a long step is, in the logs of the experiments that wait for it."""
    at = now(session)
    leases.fence(session, lease, at)
    waiting = [one for one in sorted(experiment_ids) if _training(session, lease, one) is not None]
    append(session, [Event(one, EventKind.PROGRESS, step) for one in waiting], at)


def end(
    session: Session,
    lease: Lease,
    experiment_id: str,
    status: Status,
    error: Failure | None = None,
    why: str = "",
    epoch: int = 0,
) -> None:
    """End one experiment of the job, of which so many epochs are recorded; the job is done with its last one.

    One that was extended while it took its last steps goes back into the queue, or pauses, instead.
    """
    at = now(session)
    leases.fence(session, lease, at)
    row = _training(session, lease, experiment_id)
    if row is None:
        return
    if row.epoch < epoch:
        raise _back_in_time(row)
    if status is Status.SUCCEEDED and row.epoch < row.epochs and row.request in {Status.QUEUED, Status.PAUSED}:
        status = Status(row.request)
    told = [log(experiment_id, why)] if why else []
    append(session, told + move(session, row, status, at, error), at)
    checkpoints.sweep(session, experiment_id, lease.token)
    _pass_on(session, lease, at)


def let_go(session: Session, lease: Lease, experiment_id: str, saved: CheckpointRef | None, why: str = "") -> None:
    """Stop one experiment of the job where it is: it becomes what a person wants of it, else it waits again."""
    at = now(session)
    leases.fence(session, lease, at)
    row = _training(session, lease, experiment_id)
    if row is None:
        return
    if saved is not None:
        _name(session, row, lease, saved, at)
    told = [log(experiment_id, why)] if why else []
    append(session, told + move(session, row, Status(row.request or Status.QUEUED), at), at)
    _pass_on(session, lease, at)


def hand_back(session: Session, lease: Lease, why: str) -> None:
    """Put what still runs back into the queue, for any worker to take at once."""
    at = now(session)
    leases.fence(session, lease, at)
    leases.release(session, lease)
    _requeue(session, lease.job_id, why, "info", at)


def lose(session: Session, lease: Lease, why: str) -> None:
    """Put what still runs back into the queue after its trainer vanished, or fail it if that goes on and on."""
    at = now(session)
    leases.fence(session, lease, at)
    if worker_loss.count(session, lease) >= worker_loss.MAX_LOSSES:
        worker_loss.give_up(session, lease.job_id, at)
        return
    leases.release(session, lease)
    _requeue(session, lease.job_id, why, "warning", at)


def _name(session: Session, row: ExperimentRow, lease: Lease, saved: CheckpointRef, at: datetime) -> None:
    if saved.epoch > row.epoch:
        raise _back_in_time(row)
    checkpoints.add(session, row, lease.token, saved, at)
    worker_loss.forget(session, lease)


def _back_in_time(row: ExperimentRow) -> LeaseLost:
    """Epochs that were recorded are gone: a failover, a restored backup."""
    return LeaseLost(f"{row.id} has no epoch {row.epoch + 1} any more: its run starts again")


def _training(session: Session, lease: Lease, experiment_id: str) -> ExperimentRow | None:
    """The experiment, kept from change, if it is one of the lease's job and trains."""
    row = experiments.lock(session, experiment_id)
    ours = row is not None and row.job_id == lease.job_id and row.status == Status.RUNNING
    return row if ours else None


def _pass_on(session: Session, lease: Lease, at: datetime) -> None:
    """Close the job with its last experiment; if some wait and none runs any more, give it to any worker at once."""
    experiments.close_job(session, lease.job_id)
    of_job = select(ExperimentRow.status).where(ExperimentRow.job_id == lease.job_id)
    statuses = set(session.scalars(of_job))
    if Status.QUEUED in statuses and Status.RUNNING not in statuses:
        leases.release(session, lease)
        experiments.reopen_job(session, lease.job_id, at)


def _requeue(session: Session, job_id: str, why: str, level: str, at: datetime) -> None:
    told: list[Event] = []
    rows = experiments.members(session, job_id)
    for row in rows:
        if row.status == Status.RUNNING:
            wanted = Status(row.request or Status.QUEUED)
            told += [log(row.id, why, level), *move(session, row, wanted, at)]
    append(session, told, at)
    experiments.close_job(session, job_id)
    if any(row.status == Status.QUEUED for row in rows):
        experiments.reopen_job(session, job_id, at)


def _advance(row: ExperimentRow, epoch: EpochResult) -> None:
    row.epoch = epoch.row.epoch
    row.seconds += epoch.row.seconds
    row.latest = epoch.row.model_dump_json()
    if epoch.best:
        row.best = row.latest
