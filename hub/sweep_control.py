"""What a person wants of all of a sweep's experiments at once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gradus.array import Room, arrays
from gradus.errors import Conflict
from gradus.status import FINAL, Status
from hub import experiments, quotas, sweeps
from hub.events import Event, append, log
from hub.ids import new_id
from hub.outbox import Sweep as Tidying
from hub.outbox import outbox
from hub.quotas import Quotas
from hub.records import spec_of
from hub.tables import CheckpointRow, ExperimentRow, JobRow, MetricRow, SweepRow
from hub.transitions import move

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
        if row.status == Status.RUNNING:
            row.request = Status.CANCELLED
            outbox(session).controls.add(row.job_id)
        else:
            told += move(session, row, Status.CANCELLED, at)
    session.flush()
    for job_id in {row.job_id for row in rows}:
        experiments.close_job(session, job_id)
    append(session, told, at)


def retry(session: Session, sweep: SweepRow, room: Room, limits: Quotas, at: datetime) -> None:
    """Let those that failed train again from the start, in jobs of their own; what they gave before goes.

    Raises:
        TooManyRequests: too many wait.
    """
    rows = sweeps.lock_members(session, sweep, Status.FAILED)
    quotas.refuse_if_full(session, sweep.workspace_id, len(rows), limits)
    told: list[Event] = []
    jobs = _fresh_jobs(session, rows, room, limits.running, at)
    _forget(session, rows)
    for row in rows:
        told += [log(row.id, "tried again from the start"), *move(session, row, Status.QUEUED, at)]
    _drop_empty(session, jobs)
    append(session, told, at)


def _fresh_jobs(session: Session, rows: Sequence[ExperimentRow], room: Room, most: int, at: datetime) -> set[str]:
    """Give the experiments jobs of their own; those that they leave.

    The fencing numbers go on from the old jobs', so that no file of a new lease has the name of an old one's.
    """
    old = {row.job_id for row in rows}
    tokens = {job.id: job.token for job in session.execute(select(JobRow.id, JobRow.token).where(JobRow.id.in_(old)))}
    for array in arrays([spec_of(row) for row in rows], room, most):
        mine = [rows[number] for number in array]
        token = max(tokens[row.job_id] for row in mine)
        outbox(session).sweeps.extend(Tidying(row.id, tokens[row.job_id], frozenset()) for row in mine)
        job = JobRow(id=new_id("job"), device=spec_of(mine[0]).device, hinted_at=at, token=token, places=len(mine))
        session.add(job)
        session.flush()
        for place, row in enumerate(mine):
            row.job_id, row.place = job.id, place
        outbox(session).hints.append((job.id, job.device))
    return old


def _forget(session: Session, rows: Sequence[ExperimentRow]) -> None:
    """Metrics, checkpoints and progress: a run from the start writes them anew. The log keeps what it has told."""
    ids = [row.id for row in rows]
    for table in (MetricRow, CheckpointRow):
        session.execute(delete(table).where(table.experiment_id.in_(ids)))
    for row in rows:
        row.epoch, row.seconds, row.latest, row.best, row.started_at = 0, 0.0, None, None, None
    session.flush()


def _drop_empty(session: Session, jobs: set[str]) -> None:
    left = select(ExperimentRow.id).where(ExperimentRow.job_id == JobRow.id)
    session.execute(delete(JobRow).where(JobRow.id.in_(jobs), ~left.exists()))
