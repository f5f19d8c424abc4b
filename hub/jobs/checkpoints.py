"""Checkpoints in the database: record them, find them, delete surplus ones."""

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

KEEP_NEWEST = 2
"""The newest checkpoint, and its predecessor in case the newest is damaged."""


def add(session: Session, row: ExperimentRow, token: int, reference: CheckpointRef, at: datetime) -> None:
    """Record a checkpoint that is in the store; surplus ones are deleted after the commit. Recording it again has no
    effect."""
    values = {"experiment_id": row.id, "token": token, "created_at": at, **dict(reference)}
    session.execute(insert_of(session)(CheckpointRow).values(**values).on_conflict_do_nothing())
    best = json.loads(row.best)["epoch"] if row.best else None
    unneeded = surplus(newest_first(session, row.id), best, spec_of(row).checkpoint)
    if unneeded:
        session.execute(delete(CheckpointRow).where(CheckpointRow.id.in_([checkpoint.id for checkpoint in unneeded])))
        outbox(session).deletions.extend(checkpoint.key for checkpoint in unneeded)


def newest_first(session: Session, experiment_id: str) -> Sequence[CheckpointRow]:
    """All checkpoints of an experiment, newest first."""
    query = select(CheckpointRow).where(CheckpointRow.experiment_id == experiment_id)
    return session.scalars(query.order_by(CheckpointRow.id.desc())).all()


def reference(row: CheckpointRow) -> CheckpointRef:
    """The row as a reference for workers."""
    return CheckpointRef.model_validate(row, from_attributes=True)


def surplus(rows: Sequence[CheckpointRow], best: int | None, rule: Checkpoint) -> list[CheckpointRow]:
    """The surplus checkpoints among the checkpoints of an experiment, which are given newest first."""
    kept = list(rows[:KEEP_NEWEST])
    epochs: dict[int, CheckpointRow] = {}
    for row in rows:
        if row.whole:
            epochs.setdefault(row.epoch, row)  # a repeated epoch has a newer checkpoint, which comes first
    if best in epochs:
        kept.append(epochs[best])
    if rule.every is not None:
        wanted = sorted((epoch for epoch in epochs if epoch % rule.every == 0), reverse=True)
        kept += [epochs[epoch] for epoch in wanted[: rule.keep]]
    needed = {row.id for row in kept}
    return [row for row in rows if row.id not in needed]


def delete_orphans(session: Session, experiment_id: str, token: int) -> None:
    """After the commit, delete files of leases up to this token to which no checkpoint row refers."""
    outbox(session).orphans.append(OrphanCleanup(experiment_id, token))


def has_own(session: Session, experiment_id: str) -> bool:
    """Whether the experiment has written a checkpoint itself. A fork's copy does not count: it has token 0."""
    own = select(CheckpointRow.id).where(CheckpointRow.experiment_id == experiment_id, CheckpointRow.token > 0)
    return session.scalar(own.limit(1)) is not None


def closed(session: Session, experiment_id: str) -> float:
    """The greatest fencing token under which no further checkpoint can be recorded. Under a later token, a worker may
    have written a checkpoint and be about to record it. Only the database knows the token and the final status."""
    query = select(JobRow.token, ExperimentRow.status).join(ExperimentRow, ExperimentRow.job_id == JobRow.id)
    found = session.execute(query.where(ExperimentRow.id == experiment_id)).one_or_none()
    if found is None:
        return inf
    token, status = found
    return token if Status(status).final else token - 1


def named(session: Session, keys: Collection[str]) -> set[str]:
    """The keys among these to which a row refers, or which are folders of existing experiments."""
    experiment_ids = {key.partition("/")[0] for key in keys}  # the index on keys starts with the experiment's id
    of_rows = select(CheckpointRow.key).where(
        CheckpointRow.experiment_id.in_(experiment_ids), CheckpointRow.key.in_(keys)
    )
    folders = select(ExperimentRow.id).where(ExperimentRow.id.in_(keys))
    return {*session.scalars(of_rows), *session.scalars(folders)}


def delete_all(session: Session, experiment_id: str, at: datetime) -> None:
    """After the commit, delete all files of an experiment: at once, or later if that fails."""
    pending_deletions.expect(session, experiment_id, at)
    outbox(session).deletions.append(experiment_id)
