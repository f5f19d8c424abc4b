"""Operations on all experiments of a sweep: cancel, delete, retry."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gradus.array import Room, arrays
from gradus.errors import Conflict
from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import Spec
from gradus.status import FINAL, Status
from hub.access import quotas
from hub.access.quotas import Quotas
from hub.datasets import stored_tables
from hub.experiments import experiments, provenance
from hub.experiments.events import Event, append, log
from hub.experiments.mapping import data_of, digest_of
from hub.experiments.transitions import move
from hub.ids import new_id
from hub.jobs import control
from hub.messaging.outbox import OrphanCleanup, outbox
from hub.sweeps import sweeps
from hub.tables import CheckpointRow, ExperimentRow, JobRow, LayerReportRow, MetricRow, SweepRow

DELETED_AT_ONCE = 100
"""Experiments deleted in one transaction: a thousand would block other writers for seconds."""
_OPEN = tuple(status for status in Status if status not in FINAL)


def cancel(session: Session, sweep: SweepRow, at: datetime) -> None:
    """Cancel all experiments that have not ended: at once if they are not running, else by their workers. Repeating
    this has no effect.

    Raises:
        Conflict: all experiments have ended, and none was cancelled.
    """
    rows = sweeps.lock_members(session, sweep, *_OPEN)
    if not rows and not sweeps.counts(session, sweep.workspace_id, [sweep.id])[sweep.id][Status.CANCELLED]:
        raise Conflict(f"all experiments of sweep {sweep.id} have ended already", code="impossible_transition")
    _cancel(session, rows, at)


def delete_some(session: Session, sweep: SweepRow, at: datetime) -> bool:
    """Delete some of the sweep's experiments, and with the last ones the sweep itself. Returns whether it is deleted.

    Experiments that wait are cancelled first: otherwise one could start between two calls, and the rest would be left.

    Raises:
        Conflict: experiments of the sweep are running.
    """
    waiting = sweeps.lock_members(session, sweep, *_OPEN)
    if any(row.status == Status.RUNNING for row in waiting):
        raise Conflict(f"experiments of sweep {sweep.id} are running: cancel it first", code="running")
    if waiting:
        _cancel(session, waiting, at)
        return False
    rows = sweeps.lock_members(session, sweep, *FINAL, limit=DELETED_AT_ONCE)
    for row in rows:
        experiments.remove(session, row, with_sweep=True)
    if len(rows) < DELETED_AT_ONCE:
        session.delete(sweep)
        return True
    return False


def _cancel(session: Session, rows: Sequence[ExperimentRow], at: datetime) -> None:
    """Cancel locked experiments: at once if they are not running, else by their workers."""
    events = [event for row in rows for event in control.become(session, row, Status.CANCELLED, at)]
    for job_id in {row.job_id for row in rows}:
        experiments.close_job(session, job_id)
    append(session, events, at)


def failed(session: Session, sweep: SweepRow) -> Mapping[str, tuple[str, str | None]]:
    """The stored specs of the failed experiments and the shapes of their data, by id."""
    mine = (ExperimentRow.workspace_id == sweep.workspace_id, ExperimentRow.sweep_id == sweep.id)
    query = select(ExperimentRow.id, ExperimentRow.spec, ExperimentRow.data).where(
        *mine, ExperimentRow.status == Status.FAILED
    )
    return {row.id: (row.spec, row.data) for row in session.execute(query.order_by(ExperimentRow.id))}


def assign_arrays(specs: Mapping[str, tuple[str, str | None]], room: Room, most: int) -> list[list[str]]:
    """The ids of the experiments that train together, array by array. For large sweeps this takes seconds, so call it
    outside of transactions."""
    ids = list(specs)
    wanted = [_read(*stored) for stored in specs.values()]
    return [[ids[number] for number in array] for array in arrays(wanted, room, most)]


def _read(stored: str, data: str | None) -> ResolvedSpec:
    spec = Spec(**json.loads(stored))
    return ResolvedSpec(spec, data_of(data, spec.dataset))


def retry(session: Session, sweep: SweepRow, jobs: Sequence[Sequence[str]], limits: Quotas, at: datetime) -> None:
    """Train the failed experiments again from the start, in the given arrays; their earlier results are deleted.
    Experiments that failed later, or that are no longer failed, are not changed.

    Raises:
        Conflict: a data set was deleted.
        TooManyRequests: too many experiments are queued.
    """
    locked = {row.id: row for row in sweeps.lock_members(session, sweep, Status.FAILED)}
    still_failed = [[locked[id_] for id_ in ids if id_ in locked] for ids in jobs]
    rows = [row for array in still_failed for row in array]
    stored_tables.require(session, sweep.workspace_id, map(digest_of, rows))
    quotas.check_queue_quota(session, sweep.workspace_id, len(rows), limits)
    events: list[Event] = []
    old_jobs = _new_jobs(session, [array for array in still_failed if array], at)
    _reset(session, rows)
    for row in rows:
        events += [log(row.id, "retried from the start"), *move(session, row, Status.QUEUED, at)]
    _drop_empty(session, old_jobs)
    append(session, events, at)


def _new_jobs(session: Session, groups: Sequence[Sequence[ExperimentRow]], at: datetime) -> set[str]:
    """Give the experiments of each array a new job. Returns the ids of their old jobs.

    The fencing tokens continue from those of the old jobs, so that file names of new and old leases never collide.
    """
    ids = {row.job_id for array_rows in groups for row in array_rows}
    old_jobs = {job.id: job for job in session.scalars(select(JobRow).where(JobRow.id.in_(ids)))}
    for array_rows in groups:
        token = max(old_jobs[row.job_id].token for row in array_rows)
        outbox(session).orphans.extend(OrphanCleanup(row.id, old_jobs[row.job_id].token) for row in array_rows)
        device = old_jobs[array_rows[0].job_id].device
        job = JobRow(
            id=new_id("job"),
            workspace_id=array_rows[0].workspace_id,
            device=device,
            priority=max(row.priority for row in array_rows),
            message_sent_at=at,
            token=token,
            places=len(array_rows),
        )
        session.add(job)
        session.flush()
        for place, row in enumerate(array_rows):
            row.job_id, row.place = job.id, place
        outbox(session).jobs.append((job.id, job.device))
    return ids


def _reset(session: Session, rows: Sequence[ExperimentRow]) -> None:
    """Delete metrics, statistics, checkpoints and progress, which the new run writes again. The event log is kept."""
    ids = [row.id for row in rows]
    for table in (MetricRow, LayerReportRow, CheckpointRow):
        session.execute(delete(table).where(table.experiment_id.in_(ids)))
    for row in rows:
        row.epoch, row.seconds, row.latest, row.best, row.started_at = 0, 0.0, None, None, None
        row.peak_memory_bytes = None
        provenance.restart(row)
    session.flush()


def _drop_empty(session: Session, jobs: set[str]) -> None:
    remaining = select(ExperimentRow.id).where(ExperimentRow.job_id == JobRow.id)
    session.execute(delete(JobRow).where(JobRow.id.in_(jobs), ~remaining.exists()))
