"""Metrics rows in the database: add and read."""

from collections.abc import Mapping, Sequence

from sqlalchemy import CTE, Integer, case, func, insert, literal, select
from sqlalchemy.orm import Session

from gradus.status import Status
from gradus.wire.metrics import MetricsRow
from hub.experiments.mapping import METRIC_COLUMNS
from hub.tables import ExperimentRow, MetricRow, Table

_METRICS = Table.metadata.tables[MetricRow.__tablename__]
_ADD = insert(_METRICS)
MOST_LOSSES = 50_000
"""That a choice among epochs looks at: a tenth of a second's work."""


def add(session: Session, rows: Mapping[str, MetricsRow]) -> None:
    """One row for each experiment id."""
    session.execute(_ADD, [{"experiment_id": key, **dict(row)} for key, row in rows.items()])


def read(session: Session, experiment_id: str, after: int = 0, most: int | None = None) -> tuple[MetricsRow, ...]:
    """The rows of the epochs after `after`, in order; the first of them, if there are more than `most`."""
    query = select(*METRIC_COLUMNS).where(MetricRow.experiment_id == experiment_id, MetricRow.epoch > after)
    rows = session.execute(query.order_by(MetricRow.epoch).limit(most)).mappings()
    return tuple(MetricsRow(**row) for row in rows)


def losses(
    session: Session, experiment_id: str, after: int = 0, most: int = MOST_LOSSES
) -> Sequence[tuple[int, float]]:
    """Each epoch after `after` with its training loss, in order: enough to choose which rows to read.

    Of more than `most` every so-manieth, and the last: those between are not even looked at.
    """
    of_one = (_METRICS.c.experiment_id == experiment_id, _METRICS.c.epoch > after)
    first, last = session.execute(select(func.min(_METRICS.c.epoch), func.max(_METRICS.c.epoch)).where(*of_one)).one()
    query = select(_METRICS.c.epoch, _METRICS.c.train_loss).where(*of_one).order_by(_METRICS.c.epoch)
    if first is not None and last - first >= most:
        chosen = _steps(first, last, -(-(last - first + 1) // (most - 1)))
        query = query.join(chosen, chosen.c.epoch == _METRICS.c.epoch)
    return session.execute(query).all()


def _steps(first: int, last: int, step: int) -> CTE:
    """The numbers from the first to the last in such steps, and the last."""
    begin = select(literal(first, Integer).label("epoch")).cte("steps", recursive=True)
    return begin.union_all(
        select(case((begin.c.epoch + step < last, begin.c.epoch + step), else_=last)).where(begin.c.epoch < last)
    )


def read_epochs(session: Session, experiment_id: str, epochs: Sequence[int]) -> tuple[MetricsRow, ...]:
    """The rows of these epochs, in order."""
    query = select(*METRIC_COLUMNS).where(MetricRow.experiment_id == experiment_id, MetricRow.epoch.in_(epochs))
    return tuple(MetricsRow(**row) for row in session.execute(query.order_by(MetricRow.epoch)).mappings())


def standing(session: Session, workspace_id: str, experiment_ids: Sequence[str]) -> dict[str, tuple[int, Status, int]]:
    """The newest epoch, the status and the number of the newest event of those of the experiments that the workspace
    has, in the order given."""
    row = ExperimentRow
    mine = (row.workspace_id == workspace_id, row.id.in_(experiment_ids))
    query = select(row.id, row.epoch, row.status, row.events).where(*mine)
    found = {id_: (epoch, Status(status), newest) for id_, epoch, status, newest in session.execute(query)}
    return {id_: found[id_] for id_ in experiment_ids if id_ in found}
