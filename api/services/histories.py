"""The metrics of several experiments in one answer."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from api.services.sampling import sampled
from gradus.wire.metrics import MetricsPage, MetricsPages, MetricsRow
from hub import metrics
from hub.hub import Hub


def read(hub: Hub, workspace_id: str, experiment_ids: Sequence[str], max_points: int) -> MetricsPages:
    """At most `max_points` rows of each; experiments that the workspace does not have are left out."""
    with hub.read() as session:
        standing = metrics.standing(session, workspace_id, experiment_ids)
        return MetricsPages(
            data={
                id_: MetricsPage(data=chosen(session, id_, max_points), last_epoch=epoch, status=status)
                for id_, (epoch, status) in standing.items()
            }
        )


def chosen(session: Session, experiment_id: str, max_points: int) -> tuple[MetricsRow, ...]:
    """The rows that a curve of so many points needs."""
    epochs = sampled(metrics.losses(session, experiment_id), max_points)
    return metrics.read_epochs(session, experiment_id, epochs)
