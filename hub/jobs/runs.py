"""What a worker records of a claimed job: epochs, checkpoints, log lines and the end. Every write is fenced."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gradus.status import EventKind, Status
from gradus.wire.event import StepProgress
from gradus.wire.experiment import Failure
from gradus.wire.finding import Finding
from gradus.wire.layer_report import MeasuredLayers
from gradus.wire.metrics import MetricsRow
from hub.database.database import now
from hub.experiments import experiments, layer_reports, metrics
from hub.experiments.events import Event, append, log
from hub.experiments.found import update as update_findings
from hub.experiments.transitions import move
from hub.jobs import checkpoints, leases, worker_loss
from hub.jobs.checkpoint_ref import CheckpointRef
from hub.jobs.leases import Lease, LeaseLost
from hub.tables import ExperimentRow


@dataclass(frozen=True)
class EpochResult:
    """The result of one epoch of one experiment."""

    row: MetricsRow
    best: bool
    """Whether this is the best epoch so far."""
    checkpoint: CheckpointRef | None = None
    """The checkpoint at the end of the epoch, if any."""
    findings: tuple[Finding, ...] | None = None
    """All findings about the run after this epoch; None if the run was not checked."""
    measured: MeasuredLayers | None = None
    """The statistics of the layers, if they were measured."""
    peak_bytes: int | None = None
    """Peak memory of the job in bytes; None if it is unknown."""


def heartbeat(session: Session, lease: Lease) -> None:
    """Renew the lease."""
    leases.fence(session, lease, now(session))


def requests(session: Session, job_id: str) -> dict[str, Status]:
    """The control requests for the job's running experiments: requested status by experiment id. Read-only."""
    wanted = select(ExperimentRow.id, ExperimentRow.request).where(
        ExperimentRow.job_id == job_id, ExperimentRow.status == Status.RUNNING
    )
    return {key: Status(request) for key, request in session.execute(wanted) if request}


def record_epochs(session: Session, lease: Lease, epochs: Mapping[str, EpochResult]) -> None:
    """Record one epoch in one transaction: metrics rows, statistics, events, checkpoints, progress.

    Epochs recorded earlier are not changed: a run that was lost and restarted gives the same numbers.
    """
    at = now(session)
    lost = leases.fence(session, lease, at)
    new_rows: dict[str, MetricsRow] = {}
    found: list[Event] = []
    for row in experiments.members(session, lease.job_id):
        epoch = epochs.get(row.id) if row.status == Status.RUNNING else None
        if epoch is not None and epoch.row.epoch > row.epoch:
            if epoch.row.epoch > row.epoch + 1:
                raise _back_in_time(row)
            _advance(row, epoch)
            new_rows[row.id] = epoch.row
            if epoch.findings is not None:
                found += update_findings(row, epoch.findings, row.epoch)
        if epoch is not None and epoch.checkpoint is not None:
            checkpoints.add(session, row, lease.token, epoch.checkpoint, at)
    if lost and (new_rows or any(epoch.checkpoint for epoch in epochs.values())):
        worker_loss.reset(session, lease)
    if not new_rows:
        return
    session.flush()
    metrics.add(session, new_rows)
    measured = {key: one for key in new_rows if (one := epochs[key].measured) is not None}
    layer_reports.add(session, measured)
    events = [Event(key, EventKind.EPOCH, row) for key, row in new_rows.items()]
    events += [Event(key, EventKind.LAYERS, one.report) for key, one in measured.items()]
    append(session, [*events, *found], at)


def record_checkpoint(session: Session, lease: Lease, experiment_id: str, checkpoint: CheckpointRef) -> None:
    """Record a checkpoint separately from an epoch's result: within an epoch, or after the epoch was recorded."""
    at = now(session)
    leases.fence(session, lease, at)
    row = training(session, lease, experiment_id)
    if row is not None:
        _add_checkpoint(session, row, lease, checkpoint, at)


def record_late(session: Session, lease: Lease, experiment_id: str, checkpoint: CheckpointRef) -> None:
    """Record a checkpoint of an experiment that was released while the checkpoint was written. No other worker has
    resumed the experiment since.

    A checkpoint after an epoch that was not recorded is ignored: resuming from it would leave that epoch's row missing.
    """
    at = now(session)
    leases.check_newest(session, lease)
    row = experiments.lock(session, experiment_id)
    if row is None:
        checkpoints.delete_all(session, experiment_id, at)
    elif row.job_id == lease.job_id and checkpoint.epoch <= row.epoch:
        checkpoints.add(session, row, lease.token, checkpoint, at)


def write_log(session: Session, lease: Lease, experiment_id: str, message: str, level: str = "info") -> None:
    """Write a line to an experiment's log."""
    at = now(session)
    leases.fence(session, lease, at)
    if training(session, lease, experiment_id) is not None:
        append(session, [log(experiment_id, message, level)], at)


def report_progress(session: Session, lease: Lease, experiment_ids: Iterable[str], step: StepProgress) -> None:
    """Append the progress of a long step to the event logs of the experiments that wait for it."""
    at = now(session)
    leases.fence(session, lease, at)
    waiting = [id_ for id_ in sorted(experiment_ids) if training(session, lease, id_) is not None]
    append(session, [Event(id_, EventKind.PROGRESS, step) for id_ in waiting], at)


def end(
    session: Session,
    lease: Lease,
    experiment_id: str,
    status: Status,
    error: Failure | None = None,
    reason: str = "",
    epoch: int = 0,
    findings: Sequence[Finding] | None = None,
) -> None:
    """End one experiment of the job. `epoch` is the number of epochs that must be recorded, `findings` are all findings
    about the run. The job is done when its last experiment ends.

    An experiment that was extended during its last steps is queued or paused instead.
    """
    at = now(session)
    leases.fence(session, lease, at)
    row = training(session, lease, experiment_id)
    if row is None:
        return
    if row.epoch < epoch:
        raise _back_in_time(row)
    if status is Status.SUCCEEDED and row.epoch < row.epochs and row.request in {Status.QUEUED, Status.PAUSED}:
        status = Status(row.request)
    events = [log(experiment_id, reason)] if reason else []
    if findings is not None:
        events += update_findings(row, findings, row.epoch)
    append(session, events + move(session, row, status, at, error), at)
    checkpoints.delete_orphans(session, experiment_id, lease.token)
    _finish_job(session, lease, at)


def release_experiment(
    session: Session, lease: Lease, experiment_id: str, checkpoint: CheckpointRef | None, reason: str = ""
) -> None:
    """Release one experiment of the job at the point that it has reached. It gets the requested status. Without a
    request, it is queued again, and its log gives the `reason`."""
    at = now(session)
    leases.fence(session, lease, at)
    row = training(session, lease, experiment_id)
    if row is None:
        return
    if checkpoint is not None:
        _add_checkpoint(session, row, lease, checkpoint, at)
    events = [log(experiment_id, reason)] if reason and row.request is None else []
    append(session, events + move(session, row, Status(row.request or Status.QUEUED), at), at)
    _finish_job(session, lease, at)


def hand_back(session: Session, lease: Lease, reason: str) -> None:
    """Queue the job's running experiments again, so that any worker can take them at once."""
    at = now(session)
    leases.fence(session, lease, at)
    leases.release(session, lease)
    _requeue(session, lease.job_id, reason, "info", at)


def record_loss(session: Session, lease: Lease, reason: str) -> None:
    """Queue the job's running experiments again after a loss of their trainer, or fail them after too many losses."""
    at = now(session)
    leases.fence(session, lease, at)
    if not worker_loss.may_retry(worker_loss.count(session, lease)):
        worker_loss.give_up(session, lease.job_id, at)
        return
    leases.release(session, lease)
    _requeue(session, lease.job_id, reason, "warning", at)


def _add_checkpoint(
    session: Session, row: ExperimentRow, lease: Lease, checkpoint: CheckpointRef, at: datetime
) -> None:
    if checkpoint.epoch > row.epoch:
        raise _back_in_time(row)
    checkpoints.add(session, row, lease.token, checkpoint, at)
    worker_loss.reset(session, lease)


def _back_in_time(row: ExperimentRow) -> LeaseLost:
    """The error when recorded epochs are missing, after a failover or a restored backup."""
    return LeaseLost(f"epoch {row.epoch + 1} of {row.id} is missing from the database: its run restarts")


def training(session: Session, lease: Lease, experiment_id: str) -> ExperimentRow | None:
    """The experiment, locked, if it belongs to the lease's job and is running; else None."""
    row = experiments.lock(session, experiment_id)
    ours = row is not None and row.job_id == lease.job_id and row.status == Status.RUNNING
    return row if ours else None


def _finish_job(session: Session, lease: Lease, at: datetime) -> None:
    """Close the job if this was its last experiment. If some are queued and none is running, release it at once."""
    experiments.close_job(session, lease.job_id)
    of_job = select(ExperimentRow.status).where(ExperimentRow.job_id == lease.job_id)
    statuses = set(session.scalars(of_job))
    if Status.QUEUED in statuses and Status.RUNNING not in statuses:
        leases.release(session, lease)
        experiments.reopen_job(session, lease.job_id, at)


def _requeue(session: Session, job_id: str, reason: str, level: str, at: datetime) -> None:
    events: list[Event] = []
    rows = experiments.members(session, job_id)
    for row in rows:
        if row.status == Status.RUNNING:
            requested = Status(row.request or Status.QUEUED)
            events += [log(row.id, reason, level), *move(session, row, requested, at)]
    append(session, events, at)
    experiments.close_job(session, job_id)
    if any(row.status == Status.QUEUED for row in rows):
        experiments.reopen_job(session, job_id, at)


def _advance(row: ExperimentRow, epoch: EpochResult) -> None:
    row.epoch = epoch.row.epoch
    row.seconds += epoch.row.seconds
    row.latest = epoch.row.model_dump_json()
    if epoch.best:
        row.best = row.latest
    if epoch.peak_bytes is not None:
        row.peak_memory_bytes = max(epoch.peak_bytes, row.peak_memory_bytes or 0)
