"""Lines that come again and again: the first are written, the rest of a minute counted. Strangers must not be able to
fill a disk with what is said of them, nor a Redis that is away while epochs are short."""

import logging
import time
from dataclasses import dataclass

BURST = 20
"""Lines of one kind in a minute."""
WINDOW_SECONDS = 60.0


@dataclass
class _Kind:
    began: float
    lines: int = 0


class LogLimit(logging.Filter):
    """For a handler. Lines are of one kind if one statement makes them, about one kind of exception."""

    def __init__(self, burst: int = BURST, window: float = WINDOW_SECONDS) -> None:
        super().__init__()
        self._burst = burst
        self._window = window
        self._kinds: dict[tuple[object, ...], _Kind] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is written; the first of a later minute says how many were not."""
        if record.levelno < logging.WARNING:
            return True
        raised = record.exc_info[0] if record.exc_info else None
        key = (record.name, record.levelno, record.pathname, record.lineno, raised)
        kind, at = self._kinds.get(key), time.monotonic()
        if kind is None or at - kind.began >= self._window:
            self._kinds[key] = _Kind(at, 1)
            if kind is not None and kind.lines > self._burst:
                left_out = kind.lines - self._burst
                record.msg, record.args = f"{record.getMessage()} (and {left_out} more like it, not written)", None
            return True
        kind.lines += 1
        return kind.lines <= self._burst


def limit_repeats() -> None:
    """For every handler of this process's log, once."""
    for handler in logging.getLogger().handlers:
        if not any(isinstance(one, LogLimit) for one in handler.filters):
            handler.addFilter(LogLimit())
