"""Metrics of an experiment: all rows, new rows, or a selection for a plot."""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from datetime import datetime

from api.services.downsampling import sampled
from api.services.lookup import EXPERIMENTS
from gradus.status import Status
from gradus.wire.message import rfc3339
from gradus.wire.metrics import MetricsPage, MetricsRow
from hub.experiments import metrics
from hub.hub import Hub

MOST_ROWS = 10_000
"""Limit for one response, about 4 MB."""


def progressed(hub: Hub, workspace_id: str, experiment_id: str, after: int) -> bool:
    """Whether there is a row after `after`, or the experiment has ended.

    Raises:
        NotFound: the workspace has no experiment with this id.
    """
    with hub.read() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        return row.epoch > after or Status(row.status).final


def page(hub: Hub, workspace_id: str, experiment_id: str, after: int, max_points: int | None) -> MetricsPage:
    """The rows of the epochs after `after`: a selection of `max_points`, or the first `MOST_ROWS`.

    Raises:
        NotFound: the workspace has no experiment with this id.
    """
    with hub.read() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        after = min(after, row.epoch)  # a client may send numbers too large for the column
        if max_points is None:
            data = metrics.read(session, experiment_id, after, MOST_ROWS)
        else:
            chosen = sampled(metrics.losses(session, experiment_id, after), max_points)
            data = metrics.read_epochs(session, experiment_id, chosen)
        return MetricsPage(data=data, last_epoch=row.epoch, status=Status(row.status), last_event=row.events)


def cut(page: MetricsPage) -> bool:
    """Whether the page ends before the newest row because of `MOST_ROWS`."""
    return len(page.data) == MOST_ROWS and page.data[-1].epoch < page.last_epoch


def csv_header() -> str:
    """The CSV header line."""
    return _lines([list(MetricsRow.model_fields)])


def csv_rows(hub: Hub, experiment_id: str, after: int, most: int) -> tuple[str, int]:
    """The next CSV lines, and the epoch of the last line. The text is empty if there are no more rows."""
    with hub.read() as session:
        rows = metrics.read(session, experiment_id, after, most)
    return as_csv(rows), rows[-1].epoch if rows else after


def as_csv(rows: Sequence[MetricsRow]) -> str:
    """One CSV line for each row. Numbers are written as in JSON; null is an empty cell."""
    return _lines([_cell(value) for _, value in row] for row in rows)


def _lines(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
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
