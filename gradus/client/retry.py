"""When a request is sent again, after which pause, and when a client gives up."""

import time
from email.utils import parsedate_to_datetime
from math import inf
from random import uniform
from typing import Any, Protocol

from gradus.client.request import Request
from gradus.errors import GradusError

WAITING = 10
"""Factor on the number of retries while waiting for the end of an experiment or a sweep."""
PATIENCE = 60.0
"""Seconds for which a broken stream tries to reconnect."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 2.0
"""Seconds between two attempts: doubled after each attempt, from the first pause to the longest."""
LONGEST_RETRY_AFTER = 60.0
"""Seconds: if the service asks for a longer pause, the request is not repeated."""
SHORTEST_TIMEOUT = 1.0
"""Minimum timeout in seconds: even a caller that does not want to wait sends one request."""

TOO_MANY_REQUESTS = 429
GATEWAY = frozenset({502, 503, 504})
"""Statuses of a proxy that cannot reach the service, or of a service without one of its dependencies."""
UNREACHABLE = "unreachable"
"""The code of an error without a response, whose request had no effect or can be repeated."""


class RetryPolicy(Protocol):
    """How long a client retries."""

    def timeout(self) -> float:
        """Seconds that the next answer may take."""

    def pause(self, error: GradusError) -> float:
        """Seconds until the next attempt.

        Raises:
            GradusError: `error`, if there are no more attempts.
            TimeoutError: there is no time for another attempt.
        """


def may_succeed_later(request: Request[Any], error: GradusError) -> bool:
    """Whether a retry may succeed, and cannot execute the request twice."""
    if error.response is None:
        return error.code == UNREACHABLE
    undone = error.status == TOO_MANY_REQUESTS or (error.status in GATEWAY and request.repeatable)
    return undone and retry_after(error) <= LONGEST_RETRY_AFTER


def retry_after(error: GradusError) -> float:
    """Seconds of the response's `Retry-After` header; 0 if it is missing or invalid."""
    header = error.response.headers.get("Retry-After", "") if error.response is not None else ""
    if header.isdecimal() and header.isascii():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except ValueError:
        return 0.0


def backoff(attempt: int, least: float = 0.0) -> float:
    """Seconds to wait after attempt 0, 1, 2 …; random, so that many clients do not return at the same time."""
    step = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempt, 30))
    return max(least, uniform(step / 2, step))  # noqa: S311 (no secret)


class Deadline:
    """A time after which a caller no longer waits; it may be never."""

    def __init__(self, seconds: float | None = None, state: str = "") -> None:
        self.state = state
        """The state before the deadline, for its message: `exp_1 is running`."""
        self._seconds = seconds
        self._at = inf if seconds is None else time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until the deadline, 0 if it is past."""
        return max(0.0, self._at - time.monotonic())

    def check(self, error: Exception | None = None) -> None:
        """Return if there is time left.

        Raises:
            TimeoutError: the deadline is past. The message contains the state, and the error if one is given.
        """
        if not self.left():
            reason = f" ({error})" if error else ""
            raise TimeoutError(f"{self.state} after {self._seconds} s{reason}; it is not stopped") from error


class Retries:
    """At most this number of retries, before a deadline."""

    def __init__(self, most: int, deadline: Deadline | None = None) -> None:
        self._most, self._attempt = most, 0
        self._deadline = deadline or Deadline()

    def timeout(self) -> float:
        """Seconds that the next answer may take."""
        return max(SHORTEST_TIMEOUT, self._deadline.left())

    def pause(self, error: GradusError) -> float:
        """Seconds until the next attempt.

        Raises:
            GradusError: `error`, after the last retry.
            TimeoutError: the deadline is past.
        """
        self._deadline.check(error)
        if self._attempt >= self._most:
            raise error
        self._attempt += 1
        return min(backoff(self._attempt - 1, retry_after(error)), self._deadline.left())


class Outage:
    """Retries for at most `patience` seconds in which every attempt fails."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._attempt = 0
        self._since: float | None = None

    def over(self) -> None:
        """Reset the outage: the service has answered."""
        self._attempt, self._since = 0, None

    def timeout(self) -> float:
        """Seconds that the next answer may take."""
        return max(SHORTEST_TIMEOUT, self._left())

    def pause(self, error: GradusError) -> float:
        """Seconds until the next attempt.

        Raises:
            GradusError: `error`, when `patience` is over.
        """
        now = time.monotonic()
        since = self._since = now if self._since is None else self._since
        if now - since >= self._patience:
            raise error
        self._attempt += 1
        return min(backoff(self._attempt - 1, retry_after(error)), self._left())

    def _left(self) -> float:
        gone = 0.0 if self._since is None else time.monotonic() - self._since
        return max(0.0, self._patience - gone)
