"""What can go wrong between a client and the service, for both sides.

GradusError
├── InvalidSpec          422  the document is not a valid spec; `errors` says where
├── BadRequest           400  a header, cursor or parameter cannot be read
├── Unauthorized         401  no key, or an invalid one
├── Forbidden            403  the key's role does not allow it
├── NotFound             404  it does not exist, or belongs to another workspace
├── MethodNotAllowed     405  the address exists, the method does not
├── NotAcceptable        406  no form of the answer fits the Accept header
├── Conflict             409  its state does not allow it
├── PreconditionFailed   412  it has changed since the version that If-Match names
├── TooLarge             413  the body is over the limit
├── UnsupportedMedia     415  the body is not JSON
├── TooManyRequests      429  over a quota or rate limit; `retry_after` seconds
├── Unavailable          503  a dependency is down, or the service cannot be reached
└── ServerFault          500  a fault of Gradus

To a client each has `request` and `response`, those of httpx.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from gradus.wire.problem import Mistake, Problem

if TYPE_CHECKING:
    import httpx


class GradusError(Exception):
    """The root. `code` is for programs, the message for people."""

    status: int = 500
    """Of the answer, where one was had; else the one that stands for the error."""
    title: str = "Internal error"
    default_code: ClassVar[str] = "internal"
    request: "httpx.Request | None" = None
    """What a client sent, if it did."""
    response: "httpx.Response | None" = None
    """What came back; None where no answer was had."""

    def __init__(self, detail: str, *, code: str | None = None, errors: Sequence[Mistake] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.default_code
        self.errors = tuple(errors)

    def problem(self) -> Problem:
        """The RFC 9457 document of this error."""
        return Problem(
            type=f"urn:gradus:problem:{self.code}",
            title=self.title,
            status=self.status,
            detail=self.detail,
            code=self.code,
            errors=self.errors,
        )


class InvalidSpec(GradusError):
    """The document is not a valid spec."""

    status, title, default_code = 422, "Invalid document", "invalid_spec"


class BadRequest(GradusError):
    """A header, cursor or parameter cannot be read."""

    status, title, default_code = 400, "Bad request", "bad_request"


class Unauthorized(GradusError):
    """No key, or an invalid one."""

    status, title, default_code = 401, "Unauthorized", "unauthorized"


class Forbidden(GradusError):
    """The key's role does not allow it."""

    status, title, default_code = 403, "Forbidden", "forbidden"


class NotFound(GradusError):
    """It does not exist, or belongs to another workspace."""

    status, title, default_code = 404, "Not found", "not_found"


class MethodNotAllowed(GradusError):
    """The address exists, the method does not."""

    status, title, default_code = 405, "Method not allowed", "method_not_allowed"


class NotAcceptable(GradusError):
    """No form of the answer fits the Accept header."""

    status, title, default_code = 406, "Not acceptable", "not_acceptable"


class Conflict(GradusError):
    """Its state does not allow it."""

    status, title, default_code = 409, "Conflict", "conflict"


class PreconditionFailed(GradusError):
    """It has changed since the version that If-Match names."""

    status, title, default_code = 412, "Precondition failed", "precondition_failed"


class TooLarge(GradusError):
    """The body is over the limit."""

    status, title, default_code = 413, "Body too large", "too_large"


class UnsupportedMedia(GradusError):
    """The body is not JSON."""

    status, title, default_code = 415, "Unsupported media type", "unsupported_media_type"


class TooManyRequests(GradusError):
    """Over a quota or rate limit."""

    status, title, default_code = 429, "Too many requests", "too_many_requests"

    def __init__(
        self, detail: str, *, code: str | None = None, errors: Sequence[Mistake] = (), retry_after: int = 1
    ) -> None:
        super().__init__(detail, code=code, errors=errors)
        self.retry_after = retry_after


class Unavailable(GradusError):
    """A dependency is down, or the service cannot be reached."""

    status, title, default_code = 503, "Unavailable", "unavailable"


class ServerFault(GradusError):
    """A fault of Gradus."""


BY_STATUS: dict[int, type[GradusError]] = {
    kind.status: kind
    for kind in (
        InvalidSpec,
        BadRequest,
        Unauthorized,
        Forbidden,
        NotFound,
        MethodNotAllowed,
        NotAcceptable,
        Conflict,
        PreconditionFailed,
        TooLarge,
        UnsupportedMedia,
        TooManyRequests,
        Unavailable,
        ServerFault,
    )
}
"""The one table between errors and HTTP, read both ways."""


def from_problem(problem: Problem) -> GradusError:
    """The error that a server's problem document tells of."""
    error = of_status(problem.status, problem.detail, code=problem.code, errors=problem.errors)
    error.title = problem.title
    return error


def of_status(status: int, detail: str, *, code: str, errors: Sequence[Mistake] = ()) -> GradusError:
    """The error of an answer with this status, which need not be one of the table."""
    kind = BY_STATUS.get(status, BadRequest if status < 500 else ServerFault)
    error = kind(detail, code=code, errors=errors)
    error.status = status
    return error
