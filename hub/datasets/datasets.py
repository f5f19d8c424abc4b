"""Data sets in the database: add, find, list, change, delete. Rules are checked elsewhere."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from gradus.status import Status
from gradus.wire.dataset import TargetColumns
from hub.artifacts import pending_deletions
from hub.datasets import uploads
from hub.ids import new_id
from hub.messaging.outbox import outbox
from hub.tables import DatasetFileRow, DatasetRow, DatasetVersionRow, ExperimentRow, QuestionRow

UNFINISHED = (Status.QUEUED, Status.RUNNING, Status.PAUSED)
_AFTER_ALL = "dst_~"
"""Greater than every id."""


@dataclass(frozen=True)
class Filter:
    """The filter of a list. None means no restriction."""

    statuses: tuple[str, ...] = ()
    """Any of these statuses; empty means all."""
    tag: str | None = None
    q: str | None = None
    """Text in the name, the notes or the id, ignoring case."""


@dataclass(frozen=True)
class File:
    """A complete upload as a file of a version."""

    upload_id: str
    name: str
    split: str | None = None


@dataclass(frozen=True)
class NewVersion:
    """A version to add."""

    files: tuple[File, ...]
    parse: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Description:
    """The descriptive fields of a data set, and the target for specs that do not name one."""

    name: str
    tags: tuple[str, ...] = ()
    notes: str = ""
    target: TargetColumns | None = None


def add(session: Session, workspace_id: str, described: Description, at: datetime) -> DatasetRow:
    """Add a data set without versions."""
    row = DatasetRow(
        id=new_id("dst"),
        workspace_id=workspace_id,
        name=described.name,
        tags=json.dumps(described.tags),
        notes=described.notes,
        target=json.dumps(described.target),
        status="reading",
        newest=0,
        events=0,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row


def describe(row: DatasetRow, described: Description) -> None:
    """Change the description of a locked data set."""
    row.name, row.notes = described.name, described.notes
    row.tags, row.target = json.dumps(described.tags), json.dumps(described.target)


def add_version(session: Session, dataset: DatasetRow, new: NewVersion, at: datetime) -> DatasetVersionRow:
    """Add a version to a locked data set, and send a message to the workers after the commit."""
    dataset.newest += 1
    dataset.status = "reading"
    row = DatasetVersionRow(
        id=new_id("ver"),
        dataset_id=dataset.id,
        number=dataset.newest,
        status="reading",
        parse=json.dumps(new.parse),
        bytes=0,
        created_at=at,
        token=0,
        losses=0,
        message_sent_at=at,
    )
    session.add(row)
    session.flush()
    session.add_all(
        DatasetFileRow(version_id=row.id, position=i, upload_id=file.upload_id, name=file.name, split=file.split)
        for i, file in enumerate(new.files)
    )
    session.flush()
    uploads.use(session, {file.upload_id for file in new.files})
    outbox(session).readings.append(row.id)
    return row


def find(session: Session, workspace_id: str, id_or_name: str) -> DatasetRow | None:
    """The data set with this id or name that the workspace sees."""
    found = (session.scalars(_owned(owner).where(_named(id_or_name))).one_or_none() for owner in (workspace_id, None))
    return next((row for row in found if row is not None), None)


def lock_of(session: Session, workspace_id: str, id_or_name: str) -> DatasetRow | None:
    """The workspace's own data set with this id or name, locked until the transaction ends. New experiments may still
    use it in the meantime."""
    query = _owned(workspace_id).where(_named(id_or_name)).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def lock_for_deletion(session: Session, row: DatasetRow) -> None:
    """Wait for the transactions that add experiments on the data set, and let no others begin."""
    session.execute(select(DatasetRow.id).where(DatasetRow.id == row.id).with_for_update())


def page(session: Session, workspace_id: str, shown: Filter, last: str | None, limit: int) -> Sequence[DatasetRow]:
    """Up to `limit` data sets after the one with the id `last`, newest first; the built-in ones come last."""
    own = _page(session, workspace_id, shown, last, limit)
    return [*own, *(_page(session, None, shown, last, limit - len(own)) if len(own) < limit else ())]


def _page(session: Session, owner: str | None, shown: Filter, last: str | None, limit: int) -> Sequence[DatasetRow]:
    query = _owned(owner).where(DatasetRow.id < (last or _AFTER_ALL))
    if shown.statuses:
        query = query.where(DatasetRow.status.in_(shown.statuses))
    if shown.tag is not None:
        query = query.where(DatasetRow.tags.contains(json.dumps(shown.tag), autoescape=True))
    if shown.q:
        text = func.lower(DatasetRow.name + "\n" + DatasetRow.notes + "\n" + DatasetRow.id)
        query = query.where(text.contains(shown.q.lower(), autoescape=True))
    return session.scalars(query.order_by(DatasetRow.id.desc()).limit(limit)).all()


def names(session: Session, workspace_id: str) -> Sequence[str]:
    """The names of all data sets that the workspace sees."""
    return [
        name
        for owner in (workspace_id, None)
        for name in session.scalars(_owned(owner).with_only_columns(DatasetRow.name))
    ]


def is_taken(session: Session, workspace_id: str, name: str) -> bool:
    """Whether a data set that the workspace sees has this name."""
    return find(session, workspace_id, name) is not None


def version(session: Session, dataset_id: str, number: int) -> DatasetVersionRow | None:
    """The version with this number."""
    mine = (DatasetVersionRow.dataset_id == dataset_id, DatasetVersionRow.number == number)
    return session.scalars(select(DatasetVersionRow).where(*mine)).one_or_none()


def newest_ready(session: Session, dataset_id: str) -> DatasetVersionRow | None:
    """The newest version that is ready."""
    mine = (DatasetVersionRow.dataset_id == dataset_id, DatasetVersionRow.status == "ready")
    query = select(DatasetVersionRow).where(*mine).order_by(DatasetVersionRow.number.desc())
    return session.scalars(query.limit(1)).one_or_none()


def chosen_version(session: Session, row: DatasetRow, number: int | None) -> DatasetVersionRow | None:
    """The version with this number. Without a number: the newest version that is ready or, if none is, the newest
    version."""
    newest = newest_ready(session, row.id) if number is None else None
    return newest or version(session, row.id, row.newest if number is None else number)


def files(session: Session, version_id: str) -> tuple[File, ...]:
    """The files of a version, in order."""
    query = select(DatasetFileRow).where(DatasetFileRow.version_id == version_id)
    rows = session.scalars(query.order_by(DatasetFileRow.position))
    return tuple(File(row.upload_id, row.name, row.split) for row in rows)


def users(session: Session, row: DatasetRow) -> Sequence[str]:
    """Ids of unfinished experiments that train on a version of the data set; at most ten."""
    digests = session.scalars(
        select(DatasetVersionRow.digest).where(
            DatasetVersionRow.dataset_id == row.id, DatasetVersionRow.digest.is_not(None)
        )
    ).all()
    if not digests:
        return ()
    open_ = (ExperimentRow.workspace_id == row.workspace_id, ExperimentRow.status.in_(UNFINISHED))
    uses = or_(*(ExperimentRow.spec.contains(f'"{digest}"') for digest in digests))
    return session.scalars(select(ExperimentRow.id).where(*open_, uses).limit(10)).all()


def remove(session: Session, row: DatasetRow, at: datetime) -> None:
    """Delete a locked data set with its versions, events and files."""
    of_versions = select(DatasetVersionRow.id).where(DatasetVersionRow.dataset_id == row.id)
    version_ids = session.scalars(of_versions).all()
    used = select(DatasetFileRow.upload_id).where(DatasetFileRow.version_id.in_(version_ids))
    upload_ids = set(session.scalars(used))
    session.execute(delete(DatasetRow).where(DatasetRow.id == row.id))
    uploads.delete_unused(session, upload_ids, at)
    for version_id in version_ids:  # all artifacts of a version are in the folder with its id
        pending_deletions.expect(session, version_id, at)
        outbox(session).deletions.append(version_id)


def bytes_of(session: Session, workspace_id: str) -> int:
    """Bytes that a workspace has stored: its uploads, the tables that were read from them, and answers to questions."""
    tables = select(func.coalesce(func.sum(DatasetVersionRow.bytes), 0)).join(
        DatasetRow, DatasetRow.id == DatasetVersionRow.dataset_id
    )
    of_tables = session.scalar(tables.where(DatasetRow.workspace_id == workspace_id)) or 0
    answers = select(func.coalesce(func.sum(QuestionRow.bytes), 0)).where(QuestionRow.workspace_id == workspace_id)
    return uploads.bytes_of(session, workspace_id) + int(of_tables) + int(session.scalar(answers) or 0)


def set_status(session: Session, version: DatasetVersionRow) -> None:
    """Give the data set the status of this version, if this is its newest version."""
    newest = (DatasetRow.id == version.dataset_id, DatasetRow.newest == version.number)
    session.execute(update(DatasetRow).where(*newest).values(status=version.status))


def _owned(workspace_id: str | None) -> Select[DatasetRow]:
    """The data sets of a workspace; the built-in ones for None."""
    return select(DatasetRow).where(DatasetRow.workspace_id == workspace_id)


def _named(id_or_name: str) -> ColumnElement[bool]:
    """The condition for this id or name. Names never begin like ids, so the text shows which of the two it is."""
    return (DatasetRow.id if id_or_name.startswith("dst_") else DatasetRow.name) == id_or_name
