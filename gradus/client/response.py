"""Reads responses: the requested value, or one of the errors of `gradus.errors`; also the service's clock."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import ceil
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from gradus.client.request import Request
from gradus.client.retry import retry_after
from gradus.errors import GradusError, ServerFault, TooManyRequests, from_problem, of_status
from gradus.wire.problem import Problem

if TYPE_CHECKING:
    import httpx

R = TypeVar("R")


def value_of(request: Request[R], response: "httpx.Response") -> R:
    """The value that the request asked for.

    Raises:
        GradusError: the service refused the request, or the response is not from a Gradus service.
    """
    if not response.is_success:
        raise refusal(request, response)
    try:
        return request.read(response)
    except ValueError as error:
        raise unreadable(request, response) from error


def refusal(request: Request[Any], response: "httpx.Response") -> GradusError:
    """The error for a refused request, or for a response of the wrong kind."""
    if response.is_success:
        return unreadable(request, response)
    error = _problem(response)
    error.status = response.status_code
    error.request, error.response = response.request, response
    if isinstance(error, TooManyRequests):
        error.retry_after = ceil(retry_after(error)) or error.retry_after
    return error


def _problem(response: "httpx.Response") -> GradusError:
    try:
        return from_problem(Problem.model_validate_json(response.content))
    except ValidationError:
        detail = f"the answer was {response.status_code} without a reason: is this a Gradus service?"
        return of_status(response.status_code, detail, code="no_problem")


def unreadable(request: Request[Any], response: "httpx.Response | None" = None) -> ServerFault:
    """The error for a response that is not from a Gradus service."""
    detail = f"the answer to {request.method} {request.path} cannot be read: is this a Gradus service of this version?"
    error = ServerFault(detail, code="unreadable_answer")
    if response is not None:
        error.request, error.response = response.request, response
    return error


def is_event_stream(response: "httpx.Response") -> bool:
    """Whether the answer is a stream of server-sent events."""
    return bool(response.headers.get("Content-Type", "").startswith("text/event-stream"))


class ServiceClock:
    """The service's clock, estimated from the `Date` header of its responses, which is precise to a second."""

    ROUNDING = timedelta(seconds=2)
    """Smaller differences are ignored: the header has whole seconds, and a response takes time to arrive."""

    def __init__(self, own: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._own, self._ahead = own, timedelta()

    def set(self, date: str | None) -> None:
        """Set the clock by a response's `Date` header; an invalid header is ignored."""
        try:
            theirs = parsedate_to_datetime(date or "")
        except ValueError:
            return
        ahead = theirs.astimezone(UTC) - self._own() + timedelta(seconds=0.5)  # what was cut off, on average
        self._ahead = ahead if abs(ahead) > self.ROUNDING else timedelta()

    def now(self) -> datetime:
        """The time by the service's clock."""
        return self._own() + self._ahead
