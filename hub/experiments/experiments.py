"""Experiments in the database: add, find, change, delete. Rules are checked elsewhere."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from gradus.resolved import ResolvedSpec
from gradus.spec.device import choice_of
from gradus.spec.experiment import Spec
from gradus.status import Status
from hub.database.database import now
from hub.datasets import stored_tables
from hub.experiments import provenance
from hub.experiments.mapping import stored_data, stored_spec
from hub.experiments.prepared import PreparedExperiment
from hub.ids import new_id
from hub.jobs import checkpoints
from hub.messaging.outbox import outbox
from hub.questions import questions
from hub.tables import ExperimentRow, JobRow, SearchTextRow, TagRow

_MEMBERS = (
    select(ExperimentRow)
    .where(ExperimentRow.job_id == bindparam("job"))
    .order_by(ExperimentRow.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)
"""This query runs in every epoch. It is built once, because building it costs more than running it."""


@dataclass(frozen=True)
class Origin:
    """The id and the origin of a new experiment."""

    id: str
    """Id of the new experiment."""
    forked_from: str | None = None
    """Id of the experiment that it is forked from."""
    forked_epoch: int | None = None
    """The epoch of that experiment after which the fork continues."""
    history: str | None = None
    """See `hub.experiments.provenance`."""
    sweep_id: str | None = None
    sweep_label: str | None = None


def add(
    session: Session, workspace_id: str, new: PreparedExperiment, at: datetime, origin: Origin | None = None
) -> ExperimentRow:
    """Add a queued experiment and the job that will train it.

    Raises:
        Conflict: its data set was deleted since its facts were read.
    """
    (row,) = add_all(session, workspace_id, [(new, origin or Origin(new_id("exp")))], [[0]], at)
    return row


def add_all(
    session: Session,
    workspace_id: str,
    new: Sequence[tuple[PreparedExperiment, Origin]],
    arrays: Sequence[Sequence[int]],
    at: datetime,
) -> list[ExperimentRow]:
    """Add queued experiments, in this order, and one job for each array. An array is a list of indices into `new`.

    Raises:
        Conflict: a data set was deleted since its facts were read.
    """
    stored_tables.require(session, workspace_id, (prepared.spec.dataset.digest for prepared, _ in new))
    jobs = [_job(workspace_id, [new[index][0].spec for index in array], at) for array in arrays]
    positions = {
        index: (job.id, place) for job, array in zip(jobs, arrays, strict=True) for place, index in enumerate(array)
    }
    rows = [_row(workspace_id, *each, *positions[index], at) for index, each in enumerate(new)]
    session.add_all(jobs)
    session.flush()
    session.add_all(rows)
    session.flush()
    _add_tags(session, workspace_id, [(origin.id, tag) for prepared, origin in new for tag in prepared.spec.tags])
    words = [{"experiment_id": row.id, "workspace_id": workspace_id, "words": _words(row)} for row in rows]
    session.execute(insert(SearchTextRow), words)
    return rows


def _job(workspace_id: str, specs: Sequence[Spec], at: datetime) -> JobRow:
    return JobRow(
        id=new_id("job"),
        workspace_id=workspace_id,
        device=choice_of(specs[0].device),
        priority=max(spec.priority for spec in specs),
        message_sent_at=at,
        places=len(specs),
    )


def _row(
    workspace_id: str, new: PreparedExperiment, origin: Origin, job_id: str, place: int, at: datetime
) -> ExperimentRow:
    spec = new.spec
    return ExperimentRow(
        id=origin.id,
        forked_from=origin.forked_from,
        forked_epoch=origin.forked_epoch,
        sweep_id=origin.sweep_id,
        sweep_label=origin.sweep_label,
        epoch=origin.forked_epoch or 0,
        workspace_id=workspace_id,
        job_id=job_id,
        place=place,
        name=spec.name,
        tags=json.dumps(spec.tags),
        notes=spec.notes,
        priority=spec.priority,
        status=Status.QUEUED,
        spec=new.stored,
        data=new.data,
        fingerprint=provenance.fingerprint(new.fingerprint, origin.history),
        history=origin.history,
        dataset=spec.dataset.name,
        parameters=new.parameters,
        epochs=spec.epochs,
        created_at=at,
    )


def get(session: Session, experiment_id: str) -> ExperimentRow | None:
    """The row of any workspace, for internal use."""
    return session.get(ExperimentRow, experiment_id)


def get_of(session: Session, workspace_id: str, experiment_id: str) -> ExperimentRow | None:
    """The row of this workspace. A row of another workspace is not found, with the same timing as an unknown id."""
    mine = (ExperimentRow.id == experiment_id, ExperimentRow.workspace_id == workspace_id)
    return session.scalars(select(ExperimentRow).where(*mine)).one_or_none()


def lock_of(session: Session, workspace_id: str, experiment_id: str) -> ExperimentRow | None:
    """The workspace's row, locked. This never waits for a row of another workspace."""
    return lock(session, experiment_id) if get_of(session, workspace_id, experiment_id) is not None else None


def lock(session: Session, experiment_id: str) -> ExperimentRow | None:
    """The row, locked until the transaction ends. Its job's row is locked first, in the same order as workers do."""
    job = select(JobRow.id).join(ExperimentRow).where(ExperimentRow.id == experiment_id)
    session.execute(job.with_for_update(of=JobRow))
    query = select(ExperimentRow).where(ExperimentRow.id == experiment_id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()


def members(session: Session, job_id: str) -> Sequence[ExperimentRow]:
    """The experiments of a job, in order, locked until the transaction ends."""
    return session.scalars(_MEMBERS, {"job": job_id}).all()


def rename(
    session: Session, row: ExperimentRow, name: str | None, tags: Sequence[str] | None, notes: str | None
) -> None:
    """Change the name, tags or notes that are given. The event about the change increments the version."""
    row.name = row.name if name is None else name
    row.notes = row.notes if notes is None else notes
    if tags is not None:
        row.tags = json.dumps(list(tags))
        session.execute(delete(TagRow).where(TagRow.experiment_id == row.id))
        _add_tags(session, row.workspace_id, [(row.id, tag) for tag in tags])
    session.execute(update(SearchTextRow).where(SearchTextRow.experiment_id == row.id).values(words=_words(row)))
    session.flush()


def prioritize(session: Session, row: ExperimentRow, priority: int) -> None:
    """Change a locked experiment's priority, and give its job the highest priority of the job's experiments."""
    row.priority = priority
    session.flush()
    highest = select(func.max(ExperimentRow.priority)).where(ExperimentRow.job_id == row.job_id).scalar_subquery()
    session.execute(update(JobRow).where(JobRow.id == row.job_id).values(priority=highest))


def extend_spec(session: Session, row: ExperimentRow, extended_spec: ResolvedSpec) -> None:
    """Replace the spec by the same spec with more epochs."""
    provenance.extend(row, extended_spec)
    row.spec, row.data = stored_spec(extended_spec), stored_data(extended_spec)
    row.epochs = extended_spec.spec.epochs
    row.extensions += 1
    row.version += 1
    session.flush()


def remove(session: Session, row: ExperimentRow, *, with_sweep: bool = False) -> None:
    """Delete the experiment with its metrics, events and files, and its job if it has no other experiment.

    `with_sweep` says that the other experiments of its sweep are deleted, too, and with them the questions about them.
    """
    at = now(session)
    checkpoints.delete_all(session, row.id, at)
    questions.delete_of_experiment(session, row.id, at)
    if row.sweep_id is not None and not with_sweep:
        questions.delete_of_networks(session, row, at)
    session.execute(delete(ExperimentRow).where(ExperimentRow.id == row.id))
    others = select(ExperimentRow.id).where(ExperimentRow.job_id == row.job_id)
    session.execute(delete(JobRow).where(JobRow.id == row.job_id, ~others.exists()))


def close_job(session: Session, job_id: str) -> None:
    """Mark the job done if none of its experiments is queued or running."""
    active = select(ExperimentRow.id).where(
        ExperimentRow.job_id == job_id, ExperimentRow.status.in_([Status.QUEUED, Status.RUNNING])
    )
    session.execute(update(JobRow).where(JobRow.id == job_id, ~active.exists()).values(done=True, owner=None))


def reopen_job(session: Session, job_id: str, at: datetime) -> None:
    """Open a job without a lease for any worker, and send a job message."""
    again = update(JobRow).where(JobRow.id == job_id).values(done=False, message_sent_at=at).returning(JobRow.device)
    outbox(session).jobs.append((job_id, session.execute(again).scalar_one()))


def _add_tags(session: Session, workspace_id: str, tags: Sequence[tuple[str, str]]) -> None:
    rows = [{"workspace_id": workspace_id, "tag": tag, "experiment_id": key} for key, tag in sorted(set(tags))]
    if rows:
        session.execute(insert(TagRow), rows)


def _words(row: ExperimentRow) -> str:
    return f"{row.name}\n{row.notes}\n{row.id}".lower()
