"""How long a client goes on trying, and how it spreads its attempts."""

import time
from random import uniform
from typing import Any

from gradus.client.calls import Call
from gradus.client.deadline import LEAST
from gradus.client.steps import Answer, Lost
from gradus.errors import GradusError

RETRIES = 4
"""How often a call is sent again: over two seconds or so, about as long as a service takes to start anew."""
LONG = 40
"""How often while waiting for the end of something: over about a minute."""
PATIENCE = 60.0
"""Seconds that a broken stream tries to come back."""
FIRST, LAST = 0.2, 2.0
"""Seconds between two attempts, which double from the first to the last."""
OBEDIENCE = 60.0
"""The longest `Retry-After` that is waited for."""

LIMITED = 429
PASSING = frozenset({502, 503, 504})
"""A proxy or the service, without something that it needs."""


def pause(attempt: int, retry_after: float = 0.0) -> float:
    """Seconds after attempt 0, 1, 2 …: drawn, so that clients who were cut off together do not come back together."""
    step = min(LAST, FIRST * 2.0 ** min(attempt, 30))
    return max(retry_after, uniform(step / 2, step))  # noqa: S311 (no secret)


def worth_another(call: Call[Any], reply: Answer | Lost) -> bool:
    """Whether the same call may do better in a moment, and cannot be done twice."""
    match reply:
        case Lost():
            return call.repeatable or not reply.sent
        case Answer(status=status, retry_after=seconds):
            refused_undone = status == LIMITED or (status in PASSING and call.repeatable)
            return refused_undone and seconds <= OBEDIENCE


class Trouble:
    """A stream's broken connections in a row."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._attempt = 0
        self._since: float | None = None

    def over(self) -> None:
        """The service gave a sign of life."""
        self._attempt, self._since = 0, None

    def pause(self, why: GradusError, retry_after: float = 0.0) -> float:
        """Seconds until the next attempt.

        Raises:
            GradusError: `why`, when that has been going on for too long.
        """
        now = time.monotonic()
        since = self._since = now if self._since is None else self._since
        if now - since >= self._patience:
            raise why
        self._attempt += 1
        return min(pause(self._attempt - 1, retry_after), self.left())

    def left(self) -> float:
        """Seconds until patience ends, if nothing gets better."""
        gone = 0.0 if self._since is None else time.monotonic() - self._since
        return max(0.0, self._patience - gone)

    def limit(self) -> float:
        """Seconds that an answer may take."""
        return max(LEAST, self.left())
