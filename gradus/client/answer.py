"""What an HTTP answer says: the value that the call asked for, or an error of the tree."""

from typing import TypeVar

from pydantic import ValidationError

from gradus.client.calls import Call
from gradus.errors import BY_STATUS, BadRequest, GradusError, ServerFault, from_problem
from gradus.wire.problem import Problem

T = TypeVar("T")


def value(call: Call[T], status: int, body: bytes) -> T:
    """The answer's value.

    Raises:
        GradusError: the service refused, or what answered is no Gradus service.
    """
    if status >= 300:
        raise refusal(status, body)
    try:
        return call.read(body)
    except ValidationError as error:
        raise ServerFault(
            f"the answer to {call.method} {call.path} cannot be read: is this a Gradus service of this version?",
            code="unreadable_answer",
        ) from error


def refusal(status: int, body: bytes) -> GradusError:
    """The error of an answer that is not a success."""
    try:
        return from_problem(Problem.model_validate_json(body))
    except ValidationError:
        kind = BY_STATUS.get(status, BadRequest if status < 500 else ServerFault)
        return kind(f"the answer was {status} without a reason: is this a Gradus service?", code="no_problem")
