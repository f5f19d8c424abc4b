"""What a person wants of all of a sweep's experiments at once."""

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
from hub.experiments import experiments, provenance
from hub.experiments.events import Event, append, log
from hub.experiments.transitions import move
from hub.ids import new_id
from hub.jobs import control
from hub.messaging.outbox import OrphanCleanup, outbox
from hub.sweeps import sweeps
from hub.tables import CheckpointRow, ExperimentRow, JobRow, MetricRow, SweepRow

DELETED_AT_ONCE = 100
"""Experiments that one transaction deletes: a thousand would keep other writers waiting for seconds."""
_OPEN = tuple(status for status in Status if status not in FINAL)


def cancel(session: Session, sweep: SweepRow, at: datetime) -> None:
    """End what is not over: at once what nobody trains, the rest by its workers. Asking twice is harmless.

    Raises:
        Conflict: everything is over, and nothing of it was cancelled.
    """
    told: list[Event] = []
    rows = sweeps.lock_members(session, sweep, *_OPEN)
    if not rows and not sweeps.counts(session, sweep.workspace_id, [sweep.id])[sweep.id][Status.CANCELLED]:
        raise Conflict(f"all experiments of sweep {sweep.id} are over already", code="impossible_transition")
    for row in rows:
        told += control.become(session, row, Status.CANCELLED, at)
    for job_id in {row.job_id for row in rows}:
        experiments.close_job(session, job_id)
    append(session, told, at)


def delete_some(session: Session, sweep: SweepRow) -> bool:
    """Delete some of its experiments, and with the last ones the sweep itself. Whether it is gone.

    Raises:
        Conflict: some are running.
    """
    running = sweeps.counts(session, sweep.workspace_id, [sweep.id])[sweep.id][Status.RUNNING]
    rows = [] if running else sweeps.lock_members(session, sweep, *Status, limit=DELETED_AT_ONCE)
    if running or any(row.status == Status.RUNNING for row in rows):  # one may have begun before it was locked
        raise Conflict(f"experiments of sweep {sweep.id} are running: cancel it first", code="running")
    for row in rows:
        experiments.remove(session, row)
    if len(rows) < DELETED_AT_ONCE:
        session.delete(sweep)
        return True
    return False


def failed(session: Session, sweep: SweepRow) -> Mapping[str, str]:
    """The specs of those that failed, as they are stored, by id."""
    mine = (ExperimentRow.workspace_id == sweep.workspace_id, ExperimentRow.sweep_id == sweep.id)
    query = select(ExperimentRow.id, ExperimentRow.spec).where(*mine, ExperimentRow.status == Status.FAILED)
    return dict(session.execute(query.order_by(ExperimentRow.id)).all())


def dealt(specs: Mapping[str, str], room: Room, most: int) -> list[list[str]]:
    """The ids of the experiments that will train together, array by array. Takes seconds for the largest sweeps, and so
    stands outside of any transaction."""
    ids = list(specs)
    wanted = [ResolvedSpec(Spec(**json.loads(spec))) for spec in specs.values()]
    return [[ids[number] for number in array] for array in arrays(wanted, room, most)]


def retry(session: Session, sweep: SweepRow, jobs: Sequence[Sequence[str]], limits: Quotas, at: datetime) -> None:
    """Let those that failed train again from the start, in the jobs that were dealt; what they gave before goes. Those
    that are no longer failed, or failed since, stay as they are.

    Raises:
        TooManyRequests: too many wait.
    """
    locked = {row.id: row for row in sweeps.lock_members(session, sweep, Status.FAILED)}
    still = [[locked[one] for one in ids if one in locked] for ids in jobs]
    rows = [row for array in still for row in array]
    quotas.check_queue_quota(session, sweep.workspace_id, len(rows), limits)
    told: list[Event] = []
    old = _fresh_jobs(session, [array for array in still if array], at)
    _forget(session, rows)
    for row in rows:
        told += [log(row.id, "tried again from the start"), *move(session, row, Status.QUEUED, at)]
    _drop_empty(session, old)
    append(session, told, at)


def _fresh_jobs(session: Session, groups: Sequence[Sequence[ExperimentRow]], at: datetime) -> set[str]:
    """Give the experiments of each array a job of their own; those that they leave.

    The fencing numbers go on from the old jobs', so that no file of a new lease has the name of an old one's.
    """
    ids = {row.job_id for mine in groups for row in mine}
    old = {job.id: job for job in session.scalars(select(JobRow).where(JobRow.id.in_(ids)))}
    for mine in groups:
        token = max(old[row.job_id].token for row in mine)
        outbox(session).sweeps.extend(OrphanCleanup(row.id, old[row.job_id].token) for row in mine)
        device = old[mine[0].job_id].device
        job = JobRow(id=new_id("job"), device=device, hinted_at=at, token=token, places=len(mine))
        session.add(job)
        session.flush()
        for place, row in enumerate(mine):
            row.job_id, row.place = job.id, place
        outbox(session).jobs.append((job.id, job.device))
    return ids


def _forget(session: Session, rows: Sequence[ExperimentRow]) -> None:
    """Metrics, checkpoints and progress: a run from the start writes them anew. The log keeps what it has told."""
    ids = [row.id for row in rows]
    for table in (MetricRow, CheckpointRow):
        session.execute(delete(table).where(table.experiment_id.in_(ids)))
    for row in rows:
        row.epoch, row.seconds, row.latest, row.best, row.started_at = 0, 0.0, None, None, None
        provenance.restart(row)
    session.flush()


def _drop_empty(session: Session, jobs: set[str]) -> None:
    left = select(ExperimentRow.id).where(ExperimentRow.job_id == JobRow.id)
    session.execute(delete(JobRow).where(JobRow.id.in_(jobs), ~left.exists()))
