"""Which checkpoint has the weights of an epoch."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, bindparam, inspect, select
from sqlalchemy.orm import Session

from gradus.errors import NotFound
from hub.jobs.checkpoint_ref import CheckpointRef
from hub.tables import CheckpointRow, ExperimentRow

_EXPERIMENTS, _CHECKPOINTS = inspect(ExperimentRow).local_table, inspect(CheckpointRow).local_table
_KEPT = (
    select(_EXPERIMENTS.c.best, *(_CHECKPOINTS.c[name] for name in CheckpointRef.model_fields))
    .select_from(_EXPERIMENTS.outerjoin(_CHECKPOINTS, _CHECKPOINTS.c.experiment_id == _EXPERIMENTS.c.id))
    .where(_EXPERIMENTS.c.id == bindparam("experiment"), _EXPERIMENTS.c.workspace_id == bindparam("workspace"))
    .order_by(_CHECKPOINTS.c.id.desc())
)
"""The query for an experiment of a workspace, joined with its checkpoints, newest first. Each prediction runs it, so it
is built once, and its rows are tuples: loading ORM objects took more time than the network."""

Epoch = int | Literal["best", "last"]
"""`best` by the metric that determines the best epoch; `last` is the newest whole epoch with a checkpoint."""


@dataclass(frozen=True)
class Weights:
    """Where the weights of an epoch are."""

    checkpoint: CheckpointRef
    epoch: int
    which: Literal["last", "best"]
    """`last`: the weights at the checkpoint. `best`: those of the best epoch before it, which every checkpoint also
    contains."""

    @property
    def tag(self) -> str:
        """An identifier of the weights, from the checkpoint's digest."""
        return self.checkpoint.digest if self.which == "last" else f"{self.checkpoint.digest}-best"


@dataclass(frozen=True)
class _Kept:
    """The best epoch and the checkpoints that are kept of an experiment."""

    best: int | None
    """The best epoch."""
    newest: Row[Any] | None
    """The newest checkpoint."""
    whole: dict[int, Row[Any]]
    """The newest checkpoint of each whole epoch."""

    @property
    def epochs(self) -> set[int]:
        """The epochs whose weights are available."""
        return {*self.whole} if self.best is None or self.newest is None else {*self.whole, self.best}


def find_weights(session: Session, workspace_id: str, experiment_id: str, epoch: Epoch) -> Weights | None:
    """The weights of an experiment's epoch. None if the workspace has no such experiment.

    Raises:
        NotFound: no checkpoint has these weights; the message lists the epochs whose weights are available.
    """
    kept = _kept(session, workspace_id, experiment_id)
    if kept is None:
        return None
    best, newest, whole = kept.best, kept.newest, kept.whole
    wanted = best if epoch == "best" else max(whole, default=None) if epoch == "last" else epoch
    if wanted in whole:
        return Weights(_reference(whole[wanted]), wanted, "last")
    if newest is not None and wanted is not None and wanted == best and newest.epoch >= wanted:
        return Weights(_reference(newest), wanted, "best")
    raise _not_kept(epoch, experiment_id, sorted(kept.epochs))


def weights_of(session: Session, row: ExperimentRow, epoch: Epoch) -> Weights:
    """The weights of an experiment's epoch. Raises as `find_weights` does."""
    found = find_weights(session, row.workspace_id, row.id, epoch)
    assert found is not None
    return found


def epochs_of(session: Session, row: ExperimentRow) -> list[int]:
    """The epochs whose weights are available, the best first, then the newest."""
    kept = _kept(session, row.workspace_id, row.id)
    assert kept is not None
    return sorted(kept.epochs, key=lambda epoch: (epoch != kept.best, -epoch))


def _kept(session: Session, workspace_id: str, experiment_id: str) -> _Kept | None:
    rows = session.execute(_KEPT, {"experiment": experiment_id, "workspace": workspace_id}).all()
    if not rows:
        return None
    newest = rows[0]
    best = json.loads(newest.best)["epoch"] if newest.best else None
    whole = {row.epoch: row for row in reversed(rows) if row.whole}
    return _Kept(best, None if newest.key is None else newest, whole)


def _reference(row: Row[Any]) -> CheckpointRef:
    return CheckpointRef.model_validate(row, from_attributes=True)


def _not_kept(epoch: Epoch, experiment_id: str, kept: list[int]) -> NotFound:
    if not kept:
        return NotFound(
            f"experiment {experiment_id} has no checkpoint yet: wait for its first epoch", code="no_checkpoint"
        )
    listed = ", ".join(map(str, kept))
    wanted = "of the best epoch" if epoch == "best" else f"of epoch {epoch}"
    return NotFound(
        f"experiment {experiment_id} has no checkpoint {wanted}; available epochs: {listed}", code="no_checkpoint"
    )
