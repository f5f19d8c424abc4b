"""Throttles repeated log lines: in each minute the first are written, the rest only counted. Unauthenticated clients
must not be able to fill the disk with warnings. Nor must an unreachable Redis, about which runs with short epochs warn
again and again."""

import logging
import time
from dataclasses import dataclass

BURST = 20
"""Lines of one kind that are written in each window."""
WINDOW_SECONDS = 60.0


@dataclass
class _Kind:
    began: float
    lines: int = 0


class LogLimit(logging.Filter):
    """A filter for a log handler. Lines are of one kind if they have the same source line and type of exception."""

    def __init__(self, burst: int = BURST, window: float = WINDOW_SECONDS) -> None:
        super().__init__()
        self._burst = burst
        self._window = window
        self._kinds: dict[tuple[object, ...], _Kind] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written. The first line of a later window says how many were suppressed."""
        if record.levelno < logging.WARNING:
            return True
        exception_type = record.exc_info[0] if record.exc_info else None
        key = (record.name, record.levelno, record.pathname, record.lineno, exception_type)
        kind, at = self._kinds.get(key), time.monotonic()
        if kind is None or at - kind.began >= self._window:
            self._kinds[key] = _Kind(at, 1)
            if kind is not None and kind.lines > self._burst:
                suppressed = kind.lines - self._burst
                record.msg, record.args = f"{record.getMessage()} (and {suppressed} similar lines suppressed)", None
            return True
        kind.lines += 1
        return kind.lines <= self._burst


def limit_repeats() -> None:
    """Add the filter to every log handler of this process that does not have it yet."""
    for handler in logging.getLogger().handlers:
        if not any(isinstance(present, LogLimit) for present in handler.filters):
            handler.addFilter(LogLimit())
