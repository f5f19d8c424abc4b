"""Giving way: a run whose turn is over goes back into the queue if another one would start in its slot.

It is as if it were paused and resumed: it continues later from its checkpoint, with the same bits.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from gradus.status import Status
from hub.database.database import now
from hub.ids import new_id
from hub.jobs import leases, queue_places, turns
from hub.jobs.leases import Lease
from hub.tables import ExperimentRow, JobRow


@dataclass(frozen=True)
class Slot:
    """The slot in which a job trains."""

    kinds: Sequence[str]
    """The kinds of devices whose jobs could start there."""
    most: int | None = None
    """Limit on the experiments of one workspace that train at once; a workspace at this limit starts none."""


def is_due(session: Session, lease: Lease, slot: Slot) -> bool:
    """Whether the turn of a training job is over, and another job would start in its slot: a waiting job, or one whose
    worker was lost. Read-only.

    Jobs that will start in a free slot, or in the slot of a job that already gives way, do not count.
    """
    job, at = session.get(JobRow, lease.job_id), now(session)
    if job is None or job.workspace_id is None or job.turn_until is None or job.turn_until > at:
        return False
    lost = leases.is_expired(session, JobRow.lease_until, at, lease.term)
    taken = (JobRow.owner.is_not(None), ~lost)
    gives = (*taken, JobRow.turn_until.is_(None), JobRow.device.in_(slot.kinds))
    ahead = _count(session, lost, JobRow.owner.is_not(None), JobRow.device.in_(slot.kinds))
    ahead += sum(_ahead(session, job, device, slot.most) for device in slot.kinds)
    free = max(0, queue_places.slots(session, job.device) - _count(session, *taken))
    return ahead > free + _count(session, *gives)


def begin(session: Session, lease: Lease) -> None:
    """Record that a job gives way. From now on, its place in the queue is behind the waiting jobs."""
    leases.fence(session, lease, now(session))
    job = update(JobRow).where(JobRow.id == lease.job_id)
    session.execute(job.values(turn_until=None, queue_key=new_id("job")))


def _ahead(session: Session, job: JobRow, device: str, most: int | None) -> int:
    """How many jobs that wait for this kind of device would start before this job, if it waited behind them."""
    mine = turns.standing(session, job)
    full = _full(session, most)
    others = {one.workspace_id: one for one in turns.waiting(session, device) if one.workspace_id not in full}
    workspaces = {**others, mine.workspace_id: mine}
    waiting = queue_places.waiting_by_priority(session, device)
    counts: Mapping[str, Mapping[int, int]] = {key: waiting.get(key, Counter()) for key in workspaces}
    before = counts[mine.workspace_id].get(job.priority, 0)
    return queue_places.ahead(mine.workspace_id, job.priority, before, workspaces, counts)


def _full(session: Session, most: int | None) -> set[str]:
    """The workspaces that may not start more experiments."""
    if most is None:
        return set()
    row = ExperimentRow
    trains = select(row.workspace_id).where(row.status == Status.RUNNING).group_by(row.workspace_id)
    return set(session.scalars(trains.having(func.count() >= most)))


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(JobRow).where(*conditions)) or 0
