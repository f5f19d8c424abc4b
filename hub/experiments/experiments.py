"""Experiments in the database: add, find, list, change, remove. No rules."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from gradus.resolved import ResolvedSpec
from gradus.status import Status
from hub.database.database import now
from hub.experiments import provenance
from hub.experiments.mapping import stored_spec
from hub.experiments.prepared import PreparedExperiment
from hub.ids import new_id
from hub.jobs import checkpoints
from hub.messaging.outbox import outbox
from hub.tables import ExperimentRow, JobRow, TagRow, WordsRow

_MEMBERS = (
    select(ExperimentRow)
    .where(ExperimentRow.job_id == bindparam("job"))
    .order_by(ExperimentRow.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)
"""Asked for with every epoch: made once, for making it costs more than running it."""

_BEFORE_ALL, _AFTER_ALL = "exp_", "exp_~"
"""Less and greater than every id. Without a bound SQLite would not walk the index of the tags or the words."""


@dataclass(frozen=True)
class Filter:
    """What a list shows; None shows all."""

    statuses: tuple[Status, ...] = ()
    """In any of these; in all, if there are none."""
    tag: str | None = None
    dataset: str | None = None
    sweep: str | None = None
    q: str | None = None
    """Part of the name, of the notes or of the id, in any case."""
    ids: tuple[str, ...] = ()
    """Only these; all, if there are none."""


@dataclass(frozen=True)
class Origin:
    """Where a new experiment comes from."""

    id: str
    """Its own."""
    forked_from: str | None = None
    forked_epoch: int | None = None
    """It goes on from this epoch of that one."""
    history: str | None = None
    """See `hub.experiments.provenance`."""
    sweep_id: str | None = None
    sweep_label: str | None = None


def add(
    session: Session, workspace_id: str, new: PreparedExperiment, at: datetime, origin: Origin | None = None
) -> ExperimentRow:
    """A queued experiment and the job that will train it."""
    (row,) = add_all(session, workspace_id, [(new, origin or Origin(new_id("exp")))], [[0]], at)
    return row


def add_all(
    session: Session,
    workspace_id: str,
    new: Sequence[tuple[PreparedExperiment, Origin]],
    arrays: Sequence[Sequence[int]],
    at: datetime,
) -> list[ExperimentRow]:
    """Queued experiments in their order, and one job for each array, which has the numbers of its own."""
    jobs = [
        JobRow(id=new_id("job"), device=new[array[0]][0].spec.device, hinted_at=at, places=len(array))
        for array in arrays
    ]
    seats = {
        number: (job.id, place) for job, array in zip(jobs, arrays, strict=True) for place, number in enumerate(array)
    }
    rows = [_row(workspace_id, *one, *seats[number], at) for number, one in enumerate(new)]
    session.add_all(jobs)
    session.flush()
    session.add_all(rows)
    session.flush()
    _add_tags(session, workspace_id, [(origin.id, tag) for one, origin in new for tag in one.spec.tags])
    words = [{"experiment_id": row.id, "workspace_id": workspace_id, "words": _words(row)} for row in rows]
    session.execute(insert(WordsRow), words)
    return rows


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
        status=Status.QUEUED,
        spec=new.stored,
        fingerprint=provenance.fingerprint(new.fingerprint, origin.history),
        history=origin.history,
        dataset=spec.dataset.name,
        parameters=new.parameters,
        epochs=spec.epochs,
        created_at=at,
    )


def get(session: Session, experiment_id: str) -> ExperimentRow | None:
    """The row as it is now, for those who work for every workspace."""
    return session.get(ExperimentRow, experiment_id)


def get_of(session: Session, workspace_id: str, experiment_id: str) -> ExperimentRow | None:
    """The row as it is now; what belongs to another workspace is not found, and not more slowly than what is not."""
    mine = (ExperimentRow.id == experiment_id, ExperimentRow.workspace_id == workspace_id)
    return session.scalars(select(ExperimentRow).where(*mine)).one_or_none()


def lock_of(session: Session, workspace_id: str, experiment_id: str) -> ExperimentRow | None:
    """The workspace's row, kept from change by others; that of another is not even waited for."""
    return lock(session, experiment_id) if get_of(session, workspace_id, experiment_id) is not None else None


def lock(session: Session, experiment_id: str) -> ExperimentRow | None:
    """The row, kept from change by others until the transaction ends; its job's row is taken first, as workers do."""
    job = select(JobRow.id).join(ExperimentRow).where(ExperimentRow.id == experiment_id)
    session.execute(job.with_for_update(of=JobRow))
    query = select(ExperimentRow).where(ExperimentRow.id == experiment_id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()


def members(session: Session, job_id: str) -> Sequence[ExperimentRow]:
    """The experiments of a job, in order, kept from change until the transaction ends."""
    return session.scalars(_MEMBERS, {"job": job_id}).all()


def page(
    session: Session, workspace_id: str, shown: Filter, last: str | None, limit: int, *, oldest_first: bool = False
) -> Sequence[ExperimentRow]:
    """Up to `limit` experiments of a workspace that come after the one called `last`, newest or oldest first."""
    found = [
        row
        for status in shown.statuses or (None,)
        for row in _one_status(session, workspace_id, shown, status, last, limit, oldest_first=oldest_first)
    ]
    return sorted(found, key=lambda row: row.id, reverse=not oldest_first)[:limit]


def _one_status(
    session: Session,
    workspace_id: str,
    shown: Filter,
    status: Status | None,
    last: str | None,
    limit: int,
    *,
    oldest_first: bool,
) -> Sequence[ExperimentRow]:
    """One page of one status, or of all: of several at once a database would sort everything that is in them."""
    query, id_ = _filtered(workspace_id, shown, status)
    if oldest_first:
        ordered = query.where(id_ > (last or _BEFORE_ALL)).order_by(id_.asc())
    else:
        ordered = query.where(id_ < (last or _AFTER_ALL)).order_by(id_.desc())
    return session.scalars(ordered.limit(limit)).all()


def count_by_status(session: Session, workspace_id: str | None = None) -> dict[Status, int]:
    """How many experiments of a workspace, or of all, are in each status that any is in."""
    query = select(ExperimentRow.status, func.count()).group_by(ExperimentRow.status)
    if workspace_id is not None:
        query = query.where(ExperimentRow.workspace_id == workspace_id)
    return {Status(status): count for status, count in session.execute(query)}


def rename(
    session: Session, row: ExperimentRow, name: str | None, tags: Sequence[str] | None, notes: str | None
) -> None:
    """Change what is given of the fields for people; the event that tells of it moves the version on."""
    row.name = row.name if name is None else name
    row.notes = row.notes if notes is None else notes
    if tags is not None:
        row.tags = json.dumps(list(tags))
        session.execute(delete(TagRow).where(TagRow.experiment_id == row.id))
        _add_tags(session, row.workspace_id, [(row.id, tag) for tag in tags])
    session.execute(update(WordsRow).where(WordsRow.experiment_id == row.id).values(words=_words(row)))
    session.flush()


def respecify(session: Session, row: ExperimentRow, wider: ResolvedSpec) -> None:
    """Extend it: the same spec with more epochs."""
    provenance.extend(row, wider)
    row.spec, row.epochs = stored_spec(wider), wider.spec.epochs
    row.extensions += 1
    row.version += 1
    session.flush()


def remove(session: Session, row: ExperimentRow) -> None:
    """Delete the experiment with its metrics, events and files, and its job if nothing else belongs to it."""
    checkpoints.forget(session, row.id, now(session))
    session.execute(delete(ExperimentRow).where(ExperimentRow.id == row.id))
    others = select(ExperimentRow.id).where(ExperimentRow.job_id == row.job_id)
    session.execute(delete(JobRow).where(JobRow.id == row.job_id, ~others.exists()))


def close_job(session: Session, job_id: str) -> None:
    """Mark the job done if none of its experiments waits or runs."""
    active = select(ExperimentRow.id).where(
        ExperimentRow.job_id == job_id, ExperimentRow.status.in_([Status.QUEUED, Status.RUNNING])
    )
    session.execute(update(JobRow).where(JobRow.id == job_id, ~active.exists()).values(done=True, owner=None))


def reopen_job(session: Session, job_id: str, at: datetime) -> None:
    """Let any worker take a job that nobody holds, and tell one of it."""
    again = update(JobRow).where(JobRow.id == job_id).values(done=False, hinted_at=at).returning(JobRow.device)
    outbox(session).jobs.append((job_id, session.execute(again).scalar_one()))


def _add_tags(session: Session, workspace_id: str, tags: Sequence[tuple[str, str]]) -> None:
    rows = [{"workspace_id": workspace_id, "tag": tag, "experiment_id": key} for key, tag in sorted(set(tags))]
    if rows:
        session.execute(insert(TagRow), rows)


def _words(row: ExperimentRow) -> str:
    return f"{row.name}\n{row.notes}\n{row.id}".lower()


def _filtered(
    workspace_id: str, shown: Filter, status: Status | None
) -> tuple[Select[ExperimentRow], InstrumentedAttribute[str]]:
    """The rows that are shown, and the id to sort them by: that of the table or index to walk.

    With one of another table a database would read every row of a tag, or every word, before it sorts.
    """
    row, id_ = ExperimentRow, ExperimentRow.id
    query = select(row).where(row.workspace_id == workspace_id)
    for column, wanted in ((row.status, status), (row.dataset, shown.dataset), (row.sweep_id, shown.sweep)):
        if wanted is not None:
            query = query.where(column == wanted)
    if shown.ids:
        query = query.where(row.id.in_(shown.ids))
    if shown.q:
        said = WordsRow.words.contains(shown.q.lower(), autoescape=True)
        query = query.join(WordsRow, WordsRow.experiment_id == row.id).where(
            WordsRow.workspace_id == workspace_id, said
        )
        if status is None and shown == Filter(q=shown.q):
            id_ = WordsRow.experiment_id
    if shown.tag is not None:
        tagged = (TagRow.workspace_id == workspace_id, TagRow.tag == shown.tag)
        query = query.join(TagRow, TagRow.experiment_id == row.id).where(*tagged)
        id_ = TagRow.experiment_id
    return query, id_
