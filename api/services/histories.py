"""The metrics of several experiments in one response."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from api.services.downsampling import sampled
from api.services.metrics import MOST_ROWS
from gradus.wire.metrics import MetricsPage, MetricsPages, MetricsRow
from hub.experiments import metrics
from hub.experiments.metrics import MOST_LOSSES
from hub.hub import Hub


def read(hub: Hub, workspace_id: str, experiment_ids: Sequence[str], max_points: int) -> MetricsPages:
    """At most `max_points` rows of each experiment, fewer if all together would exceed `MOST_ROWS`. Unknown ids are
    skipped."""
    with hub.read() as session:
        standing = metrics.standing(session, workspace_id, experiment_ids)
        points = max(2, min(max_points, MOST_ROWS // max(1, len(standing))))
        candidates = max(2, MOST_LOSSES // max(1, len(standing)))
        return MetricsPages(
            data={
                id_: MetricsPage(
                    data=chosen(session, id_, points, candidates), last_epoch=epoch, status=status, last_event=newest
                )
                for id_, (epoch, status, newest) in standing.items()
            }
        )


def chosen(
    session: Session, experiment_id: str, max_points: int, candidates: int = MOST_LOSSES
) -> tuple[MetricsRow, ...]:
    """The rows for a curve of at most `max_points`, selected from at most `candidates` rows."""
    epochs = sampled(metrics.losses(session, experiment_id, most=candidates), max_points)
    return metrics.read_epochs(session, experiment_id, epochs)
