"""The results of a run that were recorded before this attempt, which are read again when the run is resumed."""

from collections.abc import Callable, Sequence

from gradus.wire.layer_report import LayerReport
from gradus.wire.metrics import MetricsRow
from hub.experiments import layer_reports, metrics
from hub.hub import Hub
from worker.database_retry import with_retry

PAGE = 1000
"""Rows that are read at once."""


class EarlierResults:
    """Reads earlier results, with retries while the database is unavailable and until the shutdown is `overdue`."""

    def __init__(self, hub: Hub, overdue: Callable[[], bool]) -> None:
        self._hub, self._overdue = hub, overdue

    def rows(self, one: str, after: int) -> Sequence[MetricsRow]:
        """A page of an experiment's metrics after this epoch."""
        return with_retry(self._hub.read, lambda session: metrics.read(session, one, after, PAGE), self._overdue)

    def reports(self, one: str) -> Sequence[LayerReport]:
        """All reports about the layers of an experiment."""
        return with_retry(self._hub.read, lambda session: layer_reports.history(session, one), self._overdue)
