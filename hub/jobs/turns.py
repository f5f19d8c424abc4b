"""Turns: which of the waiting jobs starts next. The message of a job only says that one more job waits; which one
starts is decided when a slot is free.

The highest priority comes first; then the workspace with the fewest training jobs and, among equals, the one that was
served least recently; then the job of that workspace that has waited longest. So the sweep of one workspace, however
long, does not keep others waiting. Nor does a long run: see `hub.jobs.giving_way`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session

from gradus.status import Status
from hub.access import quotas
from hub.database.database import now
from hub.jobs import leases
from hub.tables import ExperimentRow, JobRow, WorkspaceRow

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
WAITING: tuple[ColumnElement[bool], ...] = (~JobRow.done, JobRow.owner.is_(None))
"""The conditions of a job that waits, as in the index of such jobs."""


@dataclass(frozen=True)
class Turn:
    """A workspace with waiting jobs."""

    workspace_id: str
    priority: int
    """The highest priority of its waiting jobs."""
    running: int
    """Number of its jobs that train."""
    served_at: datetime
    """When one of its jobs was last started."""

    @property
    def rank(self) -> tuple[int, int, datetime, str]:
        """Workspaces start jobs in this order."""
        return -self.priority, *self.rank_among_equals

    @property
    def rank_among_equals(self) -> tuple[int, datetime, str]:
        """The order of workspaces whose waiting jobs have the same priority."""
        return self.running, self.served_at, self.workspace_id


def next_job(
    session: Session, job_id: str, kinds: Sequence[str], at: datetime, term: timedelta, most: int | None
) -> str | None:
    """The id of the job to start when the message of the job `job_id` arrives, locked; None if no job waits.

    A job whose worker was lost has had its turn: its message resumes it, and the result is None. Any other message
    starts a job for the same kind of device, so that the queue of each kind keeps a message for each of its jobs. The
    message of a deleted job starts a job for any of the `kinds`. Workspaces that already train `most` experiments are
    passed over.
    """
    job = session.execute(select(JobRow.device, _is_lost(session, at, term)).where(JobRow.id == job_id)).one_or_none()
    if job is not None and job.lost:
        return None
    devices = kinds if job is None else [job.device]
    return next(filter(None, map(partial(_next_of, session, most), devices)), None)


def _is_lost(session: Session, at: datetime, term: timedelta) -> ColumnElement[bool]:
    expired = leases.is_expired(session, JobRow.lease_until, at, term)
    return (~JobRow.done & JobRow.owner.is_not(None) & expired).label("lost")


def _next_of(session: Session, most: int | None, device: str) -> str | None:
    """The next job for this kind of device, locked. Jobs that another worker is just taking are passed over."""
    turns = sorted(waiting(session, device), key=lambda turn: turn.rank)
    of_turn = [(turn, turn.priority) for turn in turns]
    later = [(turn, None) for turn in turns]  # for when all jobs of the highest priority are just being taken
    for turn, priority in (*of_turn, *later):
        query = _jobs(turn.workspace_id, device, priority).with_for_update(skip_locked=True)
        found = session.scalar(query)
        if found is not None and (most is None or _has_room(session, turn.workspace_id, found, most)):
            return found
    return None


def waiting(session: Session, device: str, among: Collection[str] | None = None) -> Sequence[Turn]:
    """The workspaces with jobs that wait for this kind of device; only those in `among`, if it is given."""
    return [
        Turn(id_, priority, running, served_at or _NEVER)
        for id_, priority, running, served_at in session.execute(_standings(device, among))
        if priority is not None
    ]


def standing(session: Session, job: JobRow) -> Turn:
    """The turn that the workspace of this training job would have if the job were waiting instead."""
    id_, _, running, served_at = session.execute(_standings(job.device, [str(job.workspace_id)])).one()
    return Turn(id_, job.priority, running - 1, served_at or _NEVER)


def _standings(device: str, among: Collection[str] | None) -> Select[str, int | None, int, datetime | None]:
    """For each workspace: its id, the highest priority of its jobs that wait for this kind of device, the number of its
    jobs that train on any device, and when it was last served."""
    workspace = WorkspaceRow
    taken = (
        select(JobRow.workspace_id, func.count().label("jobs"))
        .where(JobRow.owner.is_not(None))
        .group_by(JobRow.workspace_id)
        .subquery()
    )
    highest = (
        select(JobRow.priority)
        .where(JobRow.workspace_id == workspace.id, JobRow.device == device, *WAITING)
        .order_by(JobRow.priority.desc())
        .limit(1)
        .scalar_subquery()
    )
    columns = (workspace.id, highest, func.coalesce(taken.c.jobs, 0), workspace.served_at)
    query = select(*columns).outerjoin(taken, taken.c.workspace_id == workspace.id)
    return query if among is None else query.where(workspace.id.in_(among))


def _jobs(workspace_id: str, device: str, priority: int | None) -> Select[str]:
    """The first waiting job of a workspace, of this priority or, if that is None, of any."""
    query = select(JobRow.id).where(JobRow.workspace_id == workspace_id, JobRow.device == device, *WAITING)
    if priority is not None:
        query = query.where(JobRow.priority == priority)
    return query.order_by(JobRow.priority.desc(), JobRow.queue_key).limit(1)


def _has_room(session: Session, workspace_id: str, job_id: str, most: int) -> bool:
    """Whether the quota lets the job start. The claim checks this again, with the workspace locked."""
    running = quotas.count(session, workspace_id, Status.RUNNING)
    queued = (ExperimentRow.job_id == job_id, ExperimentRow.status == Status.QUEUED)
    more = session.scalar(select(func.count()).select_from(ExperimentRow).where(*queued)) or 0
    return running == 0 or running + more <= most


def record(session: Session, workspace_id: str, at: datetime) -> None:
    """Record that a job of the workspace was started."""
    session.execute(update(WorkspaceRow).where(WorkspaceRow.id == workspace_id).values(served_at=at))


def begin(session: Session, job_id: str, seconds: float) -> None:
    """Begin the turn of a claimed job, after which it gives way to others: see `hub.jobs.giving_way`."""
    until = now(session) + timedelta(seconds=seconds)
    session.execute(update(JobRow).where(JobRow.id == job_id).values(turn_until=until))
