"""Quotas: what one workspace may have at most, so that it leaves room for the others."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from gradus import environment
from gradus.errors import TooManyRequests
from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import MAX_EPOCHS
from gradus.status import Status
from gradus.wire.problem import Mistake
from hub.tables import ExperimentRow, WorkspaceRow


@dataclass(frozen=True)
class Quotas:
    """The same for every workspace. Generous: they stop accidents, and whoever shares a machine sets them lower."""

    queued: int = 50_000
    """Experiments that wait."""
    running: int = 10_000
    """Experiments that train at once; the others wait."""
    parameters: int = 1_000_000_000
    """Of one network: four gigabytes of float32 weights; training needs a multiple of it."""
    memory_bytes: int = 128 * 2**30
    """Estimate for one experiment."""
    epochs: int = MAX_EPOCHS
    """Of one experiment."""
    requests_per_minute: int = 60_000
    streams: int = 1000
    """Streams and long polls that one key, or one address without a key, holds open on one API process."""

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Quotas":
        """Read `GRADUS_MAX_QUEUED`, `…_RUNNING`, `…_PARAMETERS`, `…_MEMORY_BYTES`, `…_EPOCHS`,
        `…_REQUESTS_PER_MINUTE`, `…_STREAMS`."""
        given = {
            name: environment.number(env, f"GRADUS_MAX_{name.upper()}", int, 0) for name in cls.__dataclass_fields__
        }
        return cls(**{name: value for name, value in given.items() if value is not None})


def mistakes(resolved: ResolvedSpec, quotas: Quotas) -> tuple[Mistake, ...]:
    """What of the experiment is over a quota: each number, and its limit."""
    parameters, memory = resolved.network.parameters, resolved.memory_bytes
    found = (
        ("layers", "parameters", parameters, quotas.parameters, "take fewer units"),
        ("layers", "bytes of memory (an estimate)", memory, quotas.memory_bytes, "take fewer units or a smaller batch"),
        ("epochs", "epochs", resolved.spec.epochs, quotas.epochs, "take fewer"),
    )
    return tuple(
        Mistake(path=path, message=f"the experiment takes {number:,} {what}, and {limit:,} are allowed: {advice}")
        for path, what, number, limit, advice in found
        if number > limit
    )


def refuse_if_full(session: Session, workspace_id: str, more: int, quotas: Quotas) -> None:
    """Make sure that so many more experiments may wait.

    Two who ask at once do so one after the other: the workspace's row is held until the transaction ends. Take
    other rows before: writing events takes this one last, too.

    Raises:
        TooManyRequests: they may not.
    """
    if _surely_room(session, workspace_id, more, quotas.queued):
        return
    _hold(session, workspace_id)
    queued = count(session, workspace_id, Status.QUEUED)
    if queued + more > quotas.queued:
        raise TooManyRequests(
            f"{queued:,} experiments of this workspace wait, and {quotas.queued:,} may: come back when some are done",
            code="queue_full",
        )
    running = count(session, workspace_id, Status.RUNNING)  # may all be put back into the queue
    exact = update(WorkspaceRow).where(WorkspaceRow.id == workspace_id)
    session.execute(exact.values(queued_at_most=queued + running + more))


def _surely_room(session: Session, workspace_id: str, more: int, most: int) -> bool:
    """Whether so many more may wait by what was counted last and has come since, without what has gone since: to count
    50 000 takes Postgres 3 to 20 ms. Holds the workspace's row if they may."""
    mine = (WorkspaceRow.id == workspace_id, WorkspaceRow.queued_at_most <= most - more)
    more_wait = update(WorkspaceRow).where(*mine).values(queued_at_most=WorkspaceRow.queued_at_most + more)
    return session.execute(more_wait.returning(WorkspaceRow.id)).scalar_one_or_none() is not None


def may_run(session: Session, workspace_id: str, more: int, most: int) -> bool:
    """Whether so many more experiments of the workspace may train beside those that do.

    More than may at all train together, an array of a sweep, begin when nothing else of the workspace trains.
    """
    _hold(session, workspace_id)
    running = count(session, workspace_id, Status.RUNNING)
    return running + more <= most or running == 0


def _hold(session: Session, workspace_id: str) -> None:
    """Keep the workspace's row until the transaction ends."""
    held = select(WorkspaceRow.id).where(WorkspaceRow.id == workspace_id)
    session.execute(held.with_for_update(key_share=True))


def count(session: Session, workspace_id: str, status: Status) -> int:
    """How many experiments of the workspace have this status."""
    query = select(func.count()).select_from(ExperimentRow)
    mine = query.where(ExperimentRow.workspace_id == workspace_id, ExperimentRow.status == status)
    return session.scalar(mine) or 0
