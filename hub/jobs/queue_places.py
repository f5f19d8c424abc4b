"""Where queued experiments are in the queue, and when they are likely to start."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import fmean

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gradus.status import Status
from gradus.wire.experiment import QueuePlace
from hub.database.database import now
from hub.jobs import turns, workers
from hub.jobs.turns import WAITING, Turn
from hub.tables import ExperimentRow, JobRow

NEWEST = 50
"""Number of the workspace's newest runs whose training times are averaged."""


@dataclass(frozen=True)
class _Waiting:
    """The job of a queued experiment."""

    workspace_id: str
    device: str
    priority: int
    before: int
    """Number of older waiting jobs of the same workspace, kind of device and priority."""


@dataclass(frozen=True)
class _Capacity:
    slots: int
    idle: int
    turns: Sequence[datetime]
    """When the turns of the training jobs end, in order."""


def of(session: Session, experiment_ids: Sequence[str]) -> Mapping[str, QueuePlace]:
    """The places in the queue by experiment id, for those experiments of a workspace whose jobs are waiting."""
    jobs = _jobs(session, experiment_ids)
    if not jobs:
        return {}
    positions = {
        one: position
        for device in {job.device for job in jobs.values()}
        for one, position in _positions(session, device, {job for job in jobs.values() if job.device == device}).items()
    }
    at, seconds = now(session), _seconds_of_a_run(session, next(iter(jobs.values())).workspace_id)
    capacities = {device: _capacity(session, device) for device in {job.device for job in jobs.values()}}
    return {
        id_: QueuePlace(
            position=positions[job],
            estimated_start=_start(at, positions[job], seconds, capacities[job.device]),
        )
        for id_, job in jobs.items()
    }


def _jobs(session: Session, experiment_ids: Sequence[str]) -> Mapping[str, _Waiting]:
    ids = (ExperimentRow.id.in_(experiment_ids), ExperimentRow.status == Status.QUEUED)
    columns = (ExperimentRow.id, JobRow.id.label("job"), JobRow.workspace_id, JobRow.device, JobRow.priority)
    found = session.execute(select(*columns).join(JobRow).where(*ids, *WAITING, JobRow.workspace_id.is_not(None))).all()
    if not found:
        return {}
    before = _before(session, {one.workspace_id for one in found}, {one.job for one in found})
    return {one.id: _Waiting(one.workspace_id, one.device, one.priority, before[one.job]) for one in found}


def _before(session: Session, workspace_ids: set[str], jobs: set[str]) -> Mapping[str, int]:
    """For each of the jobs, the number of older waiting jobs of the same workspace, kind of device and priority."""
    group = (JobRow.workspace_id, JobRow.device, JobRow.priority)
    number = func.row_number().over(partition_by=group, order_by=JobRow.queue_key).label("number")
    of_workspaces = select(JobRow.id, number).where(JobRow.workspace_id.in_(workspace_ids), *WAITING).subquery()
    query = select(of_workspaces.c.id, of_workspaces.c.number).where(of_workspaces.c.id.in_(jobs))
    return {id_: number - 1 for id_, number in session.execute(query)}


def _positions(session: Session, device: str, jobs: set[_Waiting]) -> Mapping[_Waiting, int]:
    waiting = waiting_by_priority(session, device)
    workspaces = {turn.workspace_id: turn for turn in turns.waiting(session, device, waiting.keys())}
    return {job: 1 + ahead(job.workspace_id, job.priority, job.before, workspaces, waiting) for job in jobs}


def waiting_by_priority(session: Session, device: str) -> Mapping[str, Mapping[int, int]]:
    """The number of jobs that wait for this kind of device, by workspace and priority."""
    group = (JobRow.workspace_id, JobRow.priority)
    grouped = select(*group, func.count()).where(JobRow.device == device, *WAITING).group_by(*group)
    waiting: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for workspace_id, priority, number in session.execute(grouped):
        if workspace_id is not None:
            waiting[workspace_id][priority] = number
    return waiting


def ahead(
    workspace_id: str,
    priority: int,
    before: int,
    workspaces: Mapping[str, Turn],
    waiting: Mapping[str, Mapping[int, int]],
) -> int:
    """How many jobs start before a waiting job of this workspace and priority, if no running job ends in the meantime.
    `before` is the number of older waiting jobs of the same workspace and priority, `waiting` the number of waiting
    jobs by workspace and priority."""
    higher = {one: sum(n for p, n in waiting[one].items() if p > priority) for one in workspaces}
    turn = {key: replace(one, running=one.running + higher[key]) for key, one in workspaces.items()}
    mine = turn[workspace_id]
    others = (
        min(waiting[key].get(priority, 0), _turns_before(one, mine, before))
        for key, one in turn.items()
        if key != workspace_id
    )
    return sum(higher.values()) + before + sum(others)


def _turns_before(other: Turn, mine: Turn, before: int) -> int:
    """How many jobs the workspace `other` starts before the workspace `mine` starts a job that has `before` older jobs
    of `mine` in front of it. When both have equally many running jobs, the workspace that had fewer at first was served
    last, so the other one comes first."""
    first = (
        other.rank_among_equals < mine.rank_among_equals
        if other.running == mine.running
        else (other.running > mine.running)
    )
    return max(0, mine.running + before - other.running + first)


def _seconds_of_a_run(session: Session, workspace_id: str) -> float | None:
    """The mean training time of the workspace's newest jobs; None if it has none."""
    row = ExperimentRow
    ended = (row.workspace_id == workspace_id, row.status == Status.SUCCEEDED)
    newest = select(row.job_id, row.seconds).where(*ended).order_by(row.id.desc()).limit(NEWEST)
    jobs = {run.job_id: run.seconds for run in session.execute(newest)}  # all members of an array have the same time
    return fmean(jobs.values()) if jobs else None


def _capacity(session: Session, device: str) -> _Capacity | None:
    """The slots for this kind of device; None if no worker has any."""
    number = slots(session, device)
    if not number:
        return None
    taken = session.scalars(select(JobRow.turn_until).where(JobRow.owner.is_not(None))).all()
    return _Capacity(number, max(0, number - len(taken)), sorted(filter(None, taken)))


def slots(session: Session, device: str) -> int:
    """How many jobs for this kind of device the live workers train at once."""
    kinds = workers.kinds(session)
    if not kinds or device not in {"auto", *kinds}:
        return 0
    return workers.room(session).slots_for("cpu" if device == "cpu" else "auto")


def _start(at: datetime, position: int, seconds: float | None, capacity: _Capacity | None) -> datetime | None:
    """When a job is likely to start: after the jobs before it, judging by the mean time of a run, or once enough turns
    have ended; whichever is earlier."""
    if capacity is None:
        return None
    behind = max(0, position - capacity.idle)
    starts = [] if seconds is None else [at + timedelta(seconds=behind / capacity.slots * seconds)]
    if 0 < behind <= len(capacity.turns):
        starts.append(max(at, capacity.turns[behind - 1]))
    return min(starts).replace(microsecond=0) if starts else None
