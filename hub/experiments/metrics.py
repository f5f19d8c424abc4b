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
"""Limit on the losses among which epochs are selected: reading this many takes a tenth of a second."""


def add(session: Session, rows: Mapping[str, MetricsRow]) -> None:
    """Add one row for each experiment, by id."""
    session.execute(_ADD, [{"experiment_id": key, **dict(row)} for key, row in rows.items()])


def read(session: Session, experiment_id: str, after: int = 0, most: int | None = None) -> tuple[MetricsRow, ...]:
    """The rows of the epochs after `after`, in order, at most the first `most`."""
    query = select(*METRIC_COLUMNS).where(MetricRow.experiment_id == experiment_id, MetricRow.epoch > after)
    rows = session.execute(query.order_by(MetricRow.epoch).limit(most)).mappings()
    return tuple(MetricsRow(**row) for row in rows)


def losses(
    session: Session, experiment_id: str, after: int = 0, most: int = MOST_LOSSES
) -> Sequence[tuple[int, float]]:
    """The epochs after `after` with their training losses, in order, to select the rows to read.

    If there are more than `most`, only every n-th epoch and the last one are read.
    """
    of_one = (_METRICS.c.experiment_id == experiment_id, _METRICS.c.epoch > after)
    first, last = session.execute(select(func.min(_METRICS.c.epoch), func.max(_METRICS.c.epoch)).where(*of_one)).one()
    query = select(_METRICS.c.epoch, _METRICS.c.train_loss).where(*of_one).order_by(_METRICS.c.epoch)
    if first is not None and last - first >= most:
        selected = _steps(first, last, -(-(last - first + 1) // (most - 1)))
        query = query.join(selected, selected.c.epoch == _METRICS.c.epoch)
    return session.execute(query).all()


def _steps(first: int, last: int, step: int) -> CTE:
    """A recursive query for the numbers from `first` to `last` in steps of `step`, which always include `last`."""
    begin = select(literal(first, Integer).label("epoch")).cte("steps", recursive=True)
    return begin.union_all(
        select(case((begin.c.epoch + step < last, begin.c.epoch + step), else_=last)).where(begin.c.epoch < last)
    )


def read_epochs(session: Session, experiment_id: str, epochs: Sequence[int]) -> tuple[MetricsRow, ...]:
    """The rows of these epochs, in order."""
    query = select(*METRIC_COLUMNS).where(MetricRow.experiment_id == experiment_id, MetricRow.epoch.in_(epochs))
    return tuple(MetricsRow(**row) for row in session.execute(query.order_by(MetricRow.epoch)).mappings())


def standing(session: Session, workspace_id: str, experiment_ids: Sequence[str]) -> dict[str, tuple[int, Status, int]]:
    """Newest epoch, status and number of the newest event of each experiment, in the given order. Ids that the
    workspace does not have are left out."""
    row = ExperimentRow
    mine = (row.workspace_id == workspace_id, row.id.in_(experiment_ids))
    query = select(row.id, row.epoch, row.status, row.events).where(*mine)
    found = {id_: (epoch, Status(status), newest) for id_, epoch, status, newest in session.execute(query)}
    return {id_: found[id_] for id_ in experiment_ids if id_ in found}
