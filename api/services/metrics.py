"""Metrics of an experiment: all of them, the newest, or a selection that can be drawn."""

import csv
import io
import math
from collections.abc import Sequence
from datetime import datetime

from api.services.sampling import sampled
from api.services.things import EXPERIMENTS
from gradus.status import Status
from gradus.wire.message import rfc3339
from gradus.wire.metrics import MetricsPage, MetricsRow
from hub import metrics
from hub.hub import Hub


def progressed(hub: Hub, workspace_id: str, experiment_id: str, after: int) -> bool:
    """Whether there is a row later than `after`, or none will come.

    Raises:
        NotFound: there is no such experiment.
    """
    with hub.read() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        return row.epoch > after or Status(row.status).final


def page(hub: Hub, workspace_id: str, experiment_id: str, after: int, max_points: int | None) -> MetricsPage:
    """The rows of the epochs after `after`; at most `max_points` of them.

    Raises:
        NotFound: there is no such experiment.
    """
    with hub.read() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        after = min(after, row.epoch)  # a client may name numbers that no column holds
        if max_points is None:
            data = metrics.read(session, experiment_id, after)
        else:
            chosen = sampled(metrics.losses(session, experiment_id, after), max_points)
            data = metrics.read_epochs(session, experiment_id, chosen)
        return MetricsPage(data=data, last_epoch=row.epoch, status=Status(row.status))


def as_csv(rows: Sequence[MetricsRow]) -> str:
    """A header and a line for each row, numbers spelled as in JSON; null is empty."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(MetricsRow.model_fields)
    table.writerows([_cell(value) for _, value in row] for row in rows)
    return text.getvalue()


def _cell(value: float | datetime | None) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return rfc3339(value)
        case float() if math.isnan(value):
            return "NaN"
        case float() if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        case _:
            return repr(value)
