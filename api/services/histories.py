"""The metrics of several experiments in one answer."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from api.services.downsampling import sampled
from api.services.metrics import MOST_ROWS
from gradus.wire.metrics import MetricsPage, MetricsPages, MetricsRow
from hub.experiments import metrics
from hub.experiments.metrics import MOST_LOSSES
from hub.hub import Hub


def read(hub: Hub, workspace_id: str, experiment_ids: Sequence[str], max_points: int) -> MetricsPages:
    """At most `max_points` rows of each, fewer where that would be more than `MOST_ROWS` together; experiments that the
    workspace does not have are left out."""
    with hub.read() as session:
        standing = metrics.standing(session, workspace_id, experiment_ids)
        points = max(2, min(max_points, MOST_ROWS // max(1, len(standing))))
        looked_at = max(2, MOST_LOSSES // max(1, len(standing)))
        return MetricsPages(
            data={
                id_: MetricsPage(
                    data=chosen(session, id_, points, looked_at), last_epoch=epoch, status=status, last_event=newest
                )
                for id_, (epoch, status, newest) in standing.items()
            }
        )


def chosen(
    session: Session, experiment_id: str, max_points: int, looked_at: int = MOST_LOSSES
) -> tuple[MetricsRow, ...]:
    """The rows that a curve of so many points needs, chosen among so many."""
    epochs = sampled(metrics.losses(session, experiment_id, most=looked_at), max_points)
    return metrics.read_epochs(session, experiment_id, epochs)
