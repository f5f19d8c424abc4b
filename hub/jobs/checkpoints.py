"""Checkpoints in the database: name them, find them, let go of those that nobody needs."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from math import inf

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gradus.spec.checkpoint import Checkpoint
from gradus.status import Status
from hub.artifacts import pending_deletions
from hub.database.database import insert_of
from hub.experiments.mapping import spec_of
from hub.jobs.checkpoint_ref import CheckpointRef
from hub.messaging.outbox import OrphanCleanup, outbox
from hub.tables import CheckpointRow, ExperimentRow, JobRow

SPARE = 2
"""The newest, and the one before it for the case that the newest turns out to be damaged."""


def add(session: Session, row: ExperimentRow, token: int, saved: CheckpointRef, at: datetime) -> None:
    """Name a checkpoint that is in the store; those that are no longer needed go once this is committed. To name it
    again changes nothing."""
    named = {"experiment_id": row.id, "token": token, "created_at": at, **dict(saved)}
    session.execute(insert_of(session)(CheckpointRow).values(**named).on_conflict_do_nothing())
    best = json.loads(row.best)["epoch"] if row.best else None
    useless = surplus(newest_first(session, row.id), best, spec_of(row).checkpoint)
    if useless:
        session.execute(delete(CheckpointRow).where(CheckpointRow.id.in_([one.id for one in useless])))
        outbox(session).deletions.extend(one.key for one in useless)


def newest_first(session: Session, experiment_id: str) -> Sequence[CheckpointRow]:
    """Every checkpoint of an experiment."""
    query = select(CheckpointRow).where(CheckpointRow.experiment_id == experiment_id)
    return session.scalars(query.order_by(CheckpointRow.id.desc())).all()


def saved(row: CheckpointRow) -> CheckpointRef:
    """What a worker needs to know of it."""
    return CheckpointRef.model_validate(row, from_attributes=True)


def surplus(rows: Sequence[CheckpointRow], best: int | None, wish: Checkpoint) -> list[CheckpointRow]:
    """Of the checkpoints, newest first, those that need not be kept."""
    kept = list(rows[:SPARE])
    epochs: dict[int, CheckpointRow] = {}
    for row in rows:
        if row.whole:
            epochs.setdefault(row.epoch, row)  # an epoch that was trained again has a newer one
    if best in epochs:
        kept.append(epochs[best])
    if wish.every is not None:
        wanted = sorted((epoch for epoch in epochs if epoch % wish.every == 0), reverse=True)
        kept += [epochs[epoch] for epoch in wanted[: wish.keep]]
    needed = {row.id for row in kept}
    return [row for row in rows if row.id not in needed]


def sweep(session: Session, experiment_id: str, token: int) -> None:
    """Once this is committed, files of leases up to this number go that no checkpoint names."""
    outbox(session).sweeps.append(OrphanCleanup(experiment_id, token))


def has_own(session: Session, experiment_id: str) -> bool:
    """Whether there is one that the experiment wrote itself: no lease has number 0, which is a fork's copy."""
    own = select(CheckpointRow.id).where(CheckpointRow.experiment_id == experiment_id, CheckpointRow.token > 0)
    return session.scalar(own.limit(1)) is not None


def closed(session: Session, experiment_id: str) -> float:
    """The greatest fencing number under which no checkpoint can be named any more: a worker may have written one and be
    about to name it. Whether a lease was taken, or an end written down, only the database knows."""
    query = select(JobRow.token, ExperimentRow.status).join(ExperimentRow, ExperimentRow.job_id == JobRow.id)
    found = session.execute(query.where(ExperimentRow.id == experiment_id)).one_or_none()
    if found is None:
        return inf
    token, status = found
    return token if Status(status).final else token - 1


def named(session: Session, keys: Collection[str]) -> set[str]:
    """Those of the keys that a row names, or that are the folders of experiments which are there."""
    whose = {key.partition("/")[0] for key in keys}  # the index of keys begins with it
    of_rows = select(CheckpointRow.key).where(CheckpointRow.experiment_id.in_(whose), CheckpointRow.key.in_(keys))
    folders = select(ExperimentRow.id).where(ExperimentRow.id.in_(keys))
    return {*session.scalars(of_rows), *session.scalars(folders)}


def forget(session: Session, experiment_id: str, at: datetime) -> None:
    """Once this is committed, every file of an experiment goes: soon, or later if that fails."""
    pending_deletions.expect(session, experiment_id, at)
    outbox(session).deletions.append(experiment_id)
