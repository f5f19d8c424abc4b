"""The service's clock, which the header Date of its answers tells to the second."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

SAME = 2.0
"""Seconds by which clocks seem to differ that agree: the header has whole seconds, and the answer took its time."""


def ours() -> datetime:
    """By this machine's clock."""
    return datetime.now(UTC)


class Clock:
    """Ours, set by theirs."""

    def __init__(self, own: Callable[[], datetime] = ours) -> None:
        self._own, self._ahead = own, timedelta()

    def hear(self, date: str | None) -> None:
        """What an answer says; one without a date that can be read says nothing."""
        try:
            theirs = parsedate_to_datetime(date or "")
        except ValueError:
            return
        ahead = theirs.astimezone(UTC) - self._own() + timedelta(seconds=0.5)  # what was cut off, on average
        self._ahead = ahead if abs(ahead.total_seconds()) > SAME else timedelta()

    def now(self) -> datetime:
        """The moment by the service's clock."""
        return self._own() + self._ahead
