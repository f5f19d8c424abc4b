"""Quotas: limits for each workspace, so that one workspace leaves room for others."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from gradus import environment
from gradus.errors import TooManyRequests
from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import MAX_EPOCHS
from gradus.spec.memory import data_bytes
from gradus.status import Status
from gradus.wire.problem import Mistake
from hub.tables import ExperimentRow, WorkspaceRow


@dataclass(frozen=True)
class Quotas:
    """The quotas of every workspace. The defaults only stop accidents: lower them on a shared machine."""

    queued: int = 50_000
    """Queued experiments."""
    running: int = 10_000
    """Experiments that train at the same time; others stay queued."""
    parameters: int = 1_000_000_000
    """Parameters of one network. The default is 4 GB of float32 weights; training needs a multiple of that."""
    memory_bytes: int = 128 * 2**30
    """Estimated memory of one experiment."""
    epochs: int = MAX_EPOCHS
    """Epochs of one experiment."""
    workspace_bytes: int = 64 * 2**30
    """Stored bytes of a workspace: files of data sets as sent, the tables that were read from them, and answers to
    questions, such as files with predictions."""
    upload_bytes: int = 16 * 2**30
    """Bytes of one uploaded file."""
    requests_per_minute: int = 60_000
    streams: int = 1000
    """Open streams and long polls on one API process, for each key, or for each address that sends no key."""

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Quotas":
        """Read `GRADUS_MAX_QUEUED`, `…_RUNNING`, `…_PARAMETERS`, `…_MEMORY_BYTES`, `…_EPOCHS`, `…_WORKSPACE_BYTES`,
        `…_UPLOAD_BYTES`, `…_REQUESTS_PER_MINUTE`, `…_STREAMS`."""
        given = {
            name: environment.number(env, f"GRADUS_MAX_{name.upper()}", int, 0) for name in cls.__dataclass_fields__
        }
        return cls(**{name: value for name, value in given.items() if value is not None})


NO_QUOTAS = Quotas()
"""The defaults."""


def mistakes(resolved: ResolvedSpec, quotas: Quotas) -> tuple[Mistake, ...]:
    """The quotas that the experiment exceeds."""
    parameters, memory = resolved.network.parameters, resolved.memory_bytes
    if table := _table_too_large(resolved, quotas.memory_bytes):
        return (table,)
    found = (
        ("layers", "parameters", parameters, quotas.parameters, "use fewer units"),
        ("layers", "bytes of memory (an estimate)", memory, quotas.memory_bytes, "use fewer units or a smaller batch"),
        ("epochs", "epochs", resolved.spec.epochs, quotas.epochs, "use fewer epochs"),
    )
    return tuple(
        Mistake(path=path, message=f"the experiment needs {number:,} {what}, but the limit is {limit:,}: {advice}")
        for path, what, number, limit, advice in found
        if number > limit
    )


def _table_too_large(resolved: ResolvedSpec, limit: int) -> Mistake | None:
    """The mistake if the encoded table alone needs more memory than an experiment may have; else None."""
    data, needed = resolved.data, data_bytes(resolved.data)
    if not data.blocks or needed <= limit:
        return None
    rows = data.train_examples + data.validation_examples + data.test_examples
    widest = max(data.blocks, key=lambda block: block.width)
    fits = max(0, limit * rows // needed - data.validation_examples - data.test_examples)
    advice = [f"limit at most {fits:,}"] if fits else []
    if widest.kind in {"category", "embedding"}:
        advice.append(f"a smaller `most`, or `hash`, for '{widest.column}'")
    message = (
        f"{rows:,} rows of {data.inputs:,} inputs need {needed:,} bytes of memory, but the limit is {limit:,}: "
        f"use {' or '.join(advice) or 'fewer columns'}"
    )
    return Mistake(path="dataset", message=message)


def check_queue_quota(session: Session, workspace_id: str, more: int, quotas: Quotas) -> None:
    """Check that `more` experiments may be queued.

    The workspace's row stays locked until the transaction ends, so concurrent checks run one after the other. Lock
    other rows before calling this: writing events also locks the workspace's row last.

    Raises:
        TooManyRequests: the workspace would have too many queued experiments.
    """
    if _is_surely_room(session, workspace_id, more, quotas.queued):
        return
    lock(session, workspace_id)
    queued = count(session, workspace_id, Status.QUEUED)
    if queued + more > quotas.queued:
        raise TooManyRequests(
            f"this workspace has {queued:,} queued experiments; the limit is {quotas.queued:,}: retry later",
            code="queue_full",
        )
    running = count(session, workspace_id, Status.RUNNING)  # running experiments may return to the queue
    exact = update(WorkspaceRow).where(WorkspaceRow.id == workspace_id)
    session.execute(exact.values(queued_at_most=queued + running + more))


def check_bytes_quota(stored: int, more: int, quotas: Quotas) -> None:
    """Check that a workspace with `stored` bytes of data sets and answers may store more.

    Raises:
        TooManyRequests: the workspace would store too much.
    """
    if stored + more > quotas.workspace_bytes:
        raise TooManyRequests(
            f"this workspace stores {stored:,} bytes of data sets and predictions; with {more:,} more it would exceed "
            f"its limit of {quotas.workspace_bytes:,}: delete data sets first (predictions are deleted after a week)",
            code="quota_bytes",
            retry_after=60,
        )


def lock(session: Session, workspace_id: str) -> None:
    """Lock the workspace's row until the transaction ends, so that checks of its quotas run one after the other."""
    query = select(WorkspaceRow.id).where(WorkspaceRow.id == workspace_id)
    session.execute(query.with_for_update(key_share=True))


def _is_surely_room(session: Session, workspace_id: str, more: int, limit: int) -> bool:
    """Whether there is surely room for `more`, by an upper bound: the last count plus all additions since, ignoring
    removals. Counting 50,000 rows takes Postgres 3 to 20 ms. Locks the workspace's row if there is room."""
    mine = (WorkspaceRow.id == workspace_id, WorkspaceRow.queued_at_most <= limit - more)
    raise_bound = update(WorkspaceRow).where(*mine).values(queued_at_most=WorkspaceRow.queued_at_most + more)
    return session.execute(raise_bound.returning(WorkspaceRow.id)).scalar_one_or_none() is not None


def may_run(session: Session, workspace_id: str, more: int, limit: int) -> bool:
    """Whether `more` experiments of the workspace may train in addition to those that train already.

    An array of a sweep that alone exceeds the limit may start when nothing else of the workspace is training.
    """
    lock(session, workspace_id)
    running = count(session, workspace_id, Status.RUNNING)
    return running + more <= limit or running == 0


def count(session: Session, workspace_id: str, status: Status) -> int:
    """Number of experiments of the workspace with this status."""
    query = select(func.count()).select_from(ExperimentRow)
    mine = query.where(ExperimentRow.workspace_id == workspace_id, ExperimentRow.status == status)
    return session.scalar(mine) or 0
