"""The trained network of an experiment at the end of an epoch, for a question."""

import json
from collections.abc import Sequence
from typing import Literal

from sqlalchemy.orm import Session

from gradus.errors import Conflict, NotFound
from hub.datasets import stored_tables
from hub.datasets.table_ref import TableRef
from hub.experiments.mapping import resolved_of
from hub.jobs import checkpoints
from hub.questions.question import TrainedNetwork
from hub.tables import CheckpointRow, ExperimentRow

Epoch = int | Literal["best", "last"]
"""The end of an epoch: the best by the rule of the spec, the last, or the one with this number."""


def trained(session: Session, row: ExperimentRow, epoch: Epoch) -> TrainedNetwork:
    """An experiment's network at the end of an epoch.

    Raises:
        Conflict: no epoch is done.
        NotFound: no checkpoint of this epoch is kept.
    """
    chosen = checkpoint_at(row, checkpoints.newest_first(session, row.id), epoch)
    one = resolved_of(row)
    digest = one.spec.dataset.digest
    found = None if digest is None else stored_tables.with_digest(session, row.workspace_id, digest)
    return TrainedNetwork(
        experiment_id=row.id,
        spec=one.spec.model_copy(update={"name": "", "tags": (), "notes": ""}),
        data=one.data,
        checkpoint=checkpoints.reference(chosen),
        table=None if found is None else TableRef(key=found.key, digest=found.digest),
    )


def checkpoint_at(row: ExperimentRow, rows: Sequence[CheckpointRow], epoch: Epoch) -> CheckpointRow:
    """The newest checkpoint at the end of an epoch, of an experiment's checkpoints, newest first.

    Raises:
        Conflict: no epoch is done.
        NotFound: no checkpoint of this epoch is kept.
    """
    whole = [one for one in rows if one.whole and one.epoch > 0]
    if not whole:
        raise Conflict(f"experiment {row.id} has no checkpoint yet: wait for the end of an epoch", code="no_checkpoint")
    wanted = epoch
    if epoch == "last":
        wanted = max(one.epoch for one in whole)
    elif epoch == "best":
        wanted = json.loads(row.best)["epoch"] if row.best else whole[0].epoch
    for one in whole:
        if one.epoch == wanted:
            return one
    kept = ", ".join(map(str, sorted({one.epoch for one in whole})))
    raise NotFound(f"no checkpoint of epoch {wanted} is kept; kept are the epochs {kept}", code="no_checkpoint")
