"""Which checkpoint has the weights of an epoch."""

import json
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from gradus.errors import NotFound
from hub.jobs import checkpoints
from hub.jobs.checkpoint_ref import CheckpointRef
from hub.tables import ExperimentRow

Epoch = int | Literal["best", "last"]
"""`best` by the metric that determines the best epoch; `last` is the newest whole epoch with a checkpoint."""


@dataclass(frozen=True)
class Weights:
    """Where the weights of an epoch are."""

    checkpoint: CheckpointRef
    epoch: int
    which: Literal["last", "best"]
    """The weights at the checkpoint, or those of the best epoch before it, which every checkpoint has as well."""

    @property
    def tag(self) -> str:
        """An identifier of the weights, from the checkpoint's digest."""
        return self.checkpoint.digest if self.which == "last" else f"{self.checkpoint.digest}-best"


def weights_of(session: Session, row: ExperimentRow, epoch: Epoch) -> Weights:
    """The weights of an experiment's epoch.

    Raises:
        NotFound: no checkpoint has them; the message lists the epochs that can be had.
    """
    best: int | None = json.loads(row.best)["epoch"] if row.best else None
    rows = checkpoints.newest_first(session, row.id)
    whole: dict[int, CheckpointRef] = {}
    for one in rows:
        if one.whole:
            whole.setdefault(one.epoch, checkpoints.reference(one))
    wanted = best if epoch == "best" else max(whole, default=None) if epoch == "last" else epoch
    if wanted in whole:
        return Weights(whole[wanted], wanted, "last")
    if wanted is not None and wanted == best and rows and rows[0].epoch >= wanted:
        return Weights(checkpoints.reference(rows[0]), wanted, "best")
    raise _not_kept(epoch, row, sorted(epochs_of(session, row)))


def epochs_of(session: Session, row: ExperimentRow) -> list[int]:
    """The epochs whose weights can be had, the best first, then the newest."""
    best: int | None = json.loads(row.best)["epoch"] if row.best else None
    rows = checkpoints.newest_first(session, row.id)
    kept = {one.epoch for one in rows if one.whole}
    if best is not None and rows:
        kept.add(best)
    return sorted(kept, key=lambda epoch: (epoch != best, -epoch))


def _not_kept(epoch: Epoch, row: ExperimentRow, kept: list[int]) -> NotFound:
    if not kept:
        return NotFound(f"experiment {row.id} has no checkpoint yet: wait for its first epoch", code="no_checkpoint")
    listed = ", ".join(map(str, kept))
    wanted = "of the best epoch" if epoch == "best" else f"of epoch {epoch}"
    return NotFound(
        f"experiment {row.id} has no checkpoint {wanted}; epochs that can be had: {listed}", code="no_checkpoint"
    )
