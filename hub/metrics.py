"""Metrics rows in the database: add and read."""

from collections.abc import Mapping, Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from gradus.status import Status
from gradus.wire.metrics import MetricsRow
from hub.records import METRIC_COLUMNS
from hub.tables import ExperimentRow, MetricRow, Table

_METRICS = Table.metadata.tables[MetricRow.__tablename__]
_ADD = insert(_METRICS)


def add(session: Session, rows: Mapping[str, MetricsRow]) -> None:
    """One row for each experiment id."""
    session.execute(_ADD, [{"experiment_id": key, **dict(row)} for key, row in rows.items()])


def read(session: Session, experiment_id: str, after: int = 0) -> tuple[MetricsRow, ...]:
    """The rows of the epochs after `after`, in order."""
    query = select(*METRIC_COLUMNS).where(MetricRow.experiment_id == experiment_id, MetricRow.epoch > after)
    return tuple(MetricsRow(**row) for row in session.execute(query.order_by(MetricRow.epoch)).mappings())


def losses(session: Session, experiment_id: str, after: int = 0) -> Sequence[tuple[int, float]]:
    """Each epoch after `after` with its training loss, in order: enough to choose which rows to read."""
    of_one = (_METRICS.c.experiment_id == experiment_id, _METRICS.c.epoch > after)
    query = select(_METRICS.c.epoch, _METRICS.c.train_loss).where(*of_one).order_by(_METRICS.c.epoch)
    return session.execute(query).all()


def read_epochs(session: Session, experiment_id: str, epochs: Sequence[int]) -> tuple[MetricsRow, ...]:
    """The rows of these epochs, in order."""
    query = select(*METRIC_COLUMNS).where(MetricRow.experiment_id == experiment_id, MetricRow.epoch.in_(epochs))
    return tuple(MetricsRow(**row) for row in session.execute(query.order_by(MetricRow.epoch)).mappings())


def standing(session: Session, workspace_id: str, experiment_ids: Sequence[str]) -> dict[str, tuple[int, Status]]:
    """The newest epoch and the status of those of the experiments that the workspace has, in the order given."""
    row = ExperimentRow
    query = select(row.id, row.epoch, row.status).where(row.workspace_id == workspace_id, row.id.in_(experiment_ids))
    found = {id_: (epoch, Status(status)) for id_, epoch, status in session.execute(query)}
    return {id_: found[id_] for id_ in experiment_ids if id_ in found}
