"""What an HTTP answer says: the value that the call asked for, or an error of the tree."""

from math import ceil
from typing import Any, TypeVar

from pydantic import ValidationError

from gradus.client.calls import Call
from gradus.client.steps import Answer, Lost
from gradus.errors import GradusError, ServerFault, TooManyRequests, Unavailable, from_problem, of_status
from gradus.wire.problem import Problem

T = TypeVar("T")


def value(call: Call[T], reply: Answer | Lost) -> T:
    """The answer's value.

    Raises:
        GradusError: the service refused, was not reached, or what answered is no Gradus service.
    """
    if isinstance(reply, Lost) or reply.status >= 300:
        raise refusal(call, reply)
    try:
        return call.read(reply.body)
    except ValidationError as error:
        raise unreadable(call) from error


def refusal(call: Call[Any], reply: Answer | Lost) -> GradusError:
    """The error of what is not a success."""
    if isinstance(reply, Lost):
        return _lost(call, reply)
    if reply.status < 300:
        return unreadable(call)
    error = _told(reply)
    error.status = reply.status
    if isinstance(error, TooManyRequests):
        error.retry_after = ceil(reply.retry_after) or error.retry_after
    return error


def _told(reply: Answer) -> GradusError:
    try:
        return from_problem(Problem.model_validate_json(reply.body))
    except ValidationError:
        what = f"the answer was {reply.status} without a reason: is this a Gradus service?"
        return of_status(reply.status, what, code="no_problem")


def _lost(call: Call[Any], reply: Lost) -> Unavailable:
    if reply.sent and not call.repeatable:
        what = f"the answer to {call.method} {call.path} was lost, and it may have been done or not"
        return Unavailable(f"{what}: look before you repeat it ({reply.why})", code="answer_lost")
    return Unavailable(reply.why, code="unreachable")


def unreadable(call: Call[Any]) -> ServerFault:
    """The error of an answer that is no Gradus service's."""
    return ServerFault(
        f"the answer to {call.method} {call.path} cannot be read: is this a Gradus service of this version?",
        code="unreadable_answer",
    )
