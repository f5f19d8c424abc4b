"""Internal errors in the fast path of short predictions, whose requests are then answered by the routes: each error is
counted, and each kind is logged.
"""

import logging
import threading
import time
from collections.abc import Callable

from api.prometheus import PrometheusMetrics

logger = logging.getLogger(__name__)

INTERVAL = 600.0
"""Seconds in which an error of one kind is logged at most once."""
MOST_KINDS = 100
"""Kinds that are told apart; the error of one more is logged, and its kind replaces the one seen longest ago."""

Kind = tuple[type[BaseException], str, int | None]
"""The class of an error, and the file and line that raised it."""


class FaultLog:
    """Counts internal errors: without the count, they would only cost time and never be seen. The first error of each
    kind is logged, and again one after a while, with the number of those in between."""

    def __init__(self, prometheus: PrometheusMetrics, clock: Callable[[], float] = time.monotonic) -> None:
        self._prometheus = prometheus
        self._clock = clock
        self._lock = threading.Lock()  # the event loop and threads add errors
        self._kinds: dict[Kind, tuple[float, int]] = {}
        """When an error of a kind was logged, and how many came since."""

    def add(self, error: Exception) -> None:
        """Count the error that is handled."""
        self._prometheus.count_short_prediction_fault()
        with self._lock:
            silent = self._silent_before(_kind(error), self._clock())
        if silent is None:
            return
        more = f", as were {silent} more like it" if silent else ""
        logger.error(
            "a short prediction failed, and its route answers instead%s; for %.0f min, further errors like it are only "
            "counted",
            more,
            INTERVAL / 60,
            exc_info=error,
        )

    def _silent_before(self, kind: Kind, now: float) -> int | None:
        """How many errors of the kind were only counted before this one, which is logged; None if it is not."""
        logged, silent = self._kinds.pop(kind, (None, 0))
        if logged is not None and now < logged + INTERVAL:
            self._kinds[kind] = (logged, silent + 1)
            return None
        if len(self._kinds) >= MOST_KINDS:
            del self._kinds[next(iter(self._kinds))]
        self._kinds[kind] = (now, 0)
        return silent


def _kind(error: Exception) -> Kind:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return (
        (type(error), "", None) if place is None else (type(error), place.tb_frame.f_code.co_filename, place.tb_lineno)
    )
