"""Sweeps in the database: add, find, list, and lock a sweep's experiments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from gradus.array import Room, arrays
from gradus.spec.device import choice_of
from gradus.status import EventKind, Status
from gradus.sweep.expand import Expansion, Member
from gradus.sweep.limits import Check, nothing_to_check
from hub.experiments import experiments
from hub.experiments.events import Event, append
from hub.experiments.experiments import Origin
from hub.experiments.mapping import record
from hub.experiments.prepared import PreparedExperiment, prepare
from hub.ids import new_id
from hub.jobs import device_demand
from hub.messaging.outbox import outbox
from hub.tables import ExperimentRow, JobRow, SweepRow

Outcome = Row[str, str | None, str, str, str | None, str | None, str | None]
"""The columns id, sweep_label, status, spec, data, best, error of an experiment."""


def add(session: Session, workspace_id: str, expansion: Expansion, at: datetime) -> SweepRow:
    """Add a sweep without its experiments."""
    row = SweepRow(id=new_id("swp"), workspace_id=workspace_id, created_at=at)
    describe(row, expansion)
    session.add(row)
    session.flush()
    return row


def describe(row: SweepRow, expansion: Expansion) -> None:
    """Store the request in the row."""
    row.name = expansion.request.name
    row.request = expansion.request.model_dump_json()
    row.base_label = expansion.base_label


@dataclass(frozen=True)
class Planned:
    """Prepared experiments of a sweep."""

    prepared: Sequence[PreparedExperiment]
    labels: Sequence[str]
    arrays: Sequence[Sequence[int]]


def planned(members: Sequence[Member], room: Room, most: int, check: Check = nothing_to_check) -> Planned:
    """Prepare the experiments. Those that can train together form an array of at most `most`. For large sweeps this
    takes seconds, so call it outside of transactions."""
    resolved = [member.resolved for member in members]
    grouped = arrays(resolved, room, most)
    prepared = []
    for spec in resolved:
        check()
        prepared.append(prepare(spec))
    return Planned(prepared, [member.label for member in members], grouped)


def add_members(session: Session, row: SweepRow, new: Planned, at: datetime) -> None:
    """Queue experiments of the sweep. Call this last in a transaction."""
    origins = [Origin(new_id("exp"), sweep_id=row.id, sweep_label=label) for label in new.labels]
    pairs = list(zip(new.prepared, origins, strict=True))
    added = experiments.add_all(session, row.workspace_id, pairs, new.arrays, at)
    specs = [prepared.spec for prepared in new.prepared]
    jobs = {member.job_id: choice_of(spec.device) for member, spec in zip(added, specs, strict=True)}
    outbox(session).jobs.extend(jobs.items())
    events = [
        Event(member.id, EventKind.STATUS, record(member, spec)) for member, spec in zip(added, specs, strict=True)
    ]
    devices = [(member.id, choice_of(spec.device)) for member, spec in zip(added, specs, strict=True)]
    append(session, events + device_demand.warnings(session, devices), at)


def get_of(session: Session, workspace_id: str, sweep_id: str) -> SweepRow | None:
    """The workspace's sweep. A sweep of another workspace is not found."""
    return session.scalars(_query(workspace_id, sweep_id)).one_or_none()


def lock_of(session: Session, workspace_id: str, sweep_id: str) -> SweepRow | None:
    """The workspace's sweep, locked until the transaction ends."""
    query = _query(workspace_id, sweep_id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def page(session: Session, workspace_id: str, before: str | None, limit: int) -> Sequence[SweepRow]:
    """Up to `limit` sweeps older than the one with the id `before`, newest first."""
    query = select(SweepRow).where(SweepRow.workspace_id == workspace_id)
    if before is not None:
        query = query.where(SweepRow.id < before)
    return session.scalars(query.order_by(SweepRow.id.desc()).limit(limit)).all()


def counts(session: Session, workspace_id: str, sweep_ids: Sequence[str]) -> dict[str, dict[Status, int]]:
    """Number of experiments by status, for each sweep."""
    row = ExperimentRow
    query = select(row.sweep_id, row.status, func.count()).where(
        row.workspace_id == workspace_id, row.sweep_id.in_(sweep_ids)
    )
    found = {key: dict.fromkeys(Status, 0) for key in sweep_ids}
    for key, status, count in session.execute(query.group_by(row.sweep_id, row.status)):
        assert key is not None
        found[key][Status(status)] = count
    return found


def outcomes(session: Session, row: SweepRow) -> Sequence[Outcome]:
    """The outcomes of the sweep's experiments, oldest first."""
    table = ExperimentRow
    columns = (table.id, table.sweep_label, table.status, table.spec, table.data, table.best, table.error)
    query = select(*columns).where(table.workspace_id == row.workspace_id, table.sweep_id == row.id)
    return session.execute(query.order_by(table.id)).all()


def lock_members(
    session: Session, row: SweepRow, *statuses: Status, limit: int | None = None
) -> Sequence[ExperimentRow]:
    """The sweep's experiments with these statuses, at most the oldest `limit`, locked. Their jobs' rows are locked
    first, in the same order as workers do."""
    mine = [
        ExperimentRow.workspace_id == row.workspace_id,
        ExperimentRow.sweep_id == row.id,
        ExperimentRow.status.in_(statuses),
    ]
    if limit is not None:
        oldest = select(ExperimentRow.id).where(*mine).order_by(ExperimentRow.id).limit(limit)
        mine.append(ExperimentRow.id.in_(session.scalars(oldest).all()))
    jobs = select(JobRow.id).where(JobRow.id.in_(select(ExperimentRow.job_id).where(*mine))).order_by(JobRow.id)
    session.execute(jobs.with_for_update())
    query = select(ExperimentRow).where(*mine).order_by(ExperimentRow.id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()


def _query(workspace_id: str, sweep_id: str) -> Select[SweepRow]:
    return select(SweepRow).where(SweepRow.id == sweep_id, SweepRow.workspace_id == workspace_id)
