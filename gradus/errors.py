"""The errors of the service's API, raised by the service and by the client.

GradusError
├── InvalidSpec          422  the document is invalid; `errors` names the fields
├── BadRequest           400  a header, cursor or parameter is invalid
├── Unauthorized         401  the API key is missing or invalid
├── Forbidden            403  the key's role does not allow the request
├── NotFound             404  the resource does not exist, or belongs to another workspace
├── MethodNotAllowed     405  the URL exists, but not with this method
├── NotAcceptable        406  no representation matches the Accept header
├── Conflict             409  the resource's state does not allow the request
├── PreconditionFailed   412  the resource has changed since the version in If-Match
├── TooLarge             413  the body exceeds the size limit
├── UnsupportedMedia     415  the body is not JSON
├── TooManyRequests      429  a quota or rate limit is exceeded; retry after `retry_after` seconds
├── Unavailable          503  a dependency is down, or the service cannot be reached
└── ServerFault          500  an internal error of Gradus

In the client, each error has the `request` and `response` of httpx.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from gradus.wire.problem import Mistake, Problem

if TYPE_CHECKING:
    import httpx


class GradusError(Exception):
    """The base class. `code` is for programs, the message for people."""

    status: int = 500
    """The HTTP status of the response; if there was none, the status that corresponds to the error."""
    title: str = "Internal error"
    default_code: ClassVar[str] = "internal"
    request: "httpx.Request | None" = None
    """The client's request; None if nothing was sent."""
    response: "httpx.Response | None" = None
    """The service's response; None if there was none."""

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
    """The document is invalid."""

    status, title, default_code = 422, "Invalid document", "invalid_spec"


class BadRequest(GradusError):
    """A header, cursor or parameter is invalid."""

    status, title, default_code = 400, "Bad request", "bad_request"


class Unauthorized(GradusError):
    """The API key is missing or invalid."""

    status, title, default_code = 401, "Unauthorized", "unauthorized"


class Forbidden(GradusError):
    """The key's role does not allow the request."""

    status, title, default_code = 403, "Forbidden", "forbidden"


class NotFound(GradusError):
    """The resource does not exist, or belongs to another workspace."""

    status, title, default_code = 404, "Not found", "not_found"


class MethodNotAllowed(GradusError):
    """The URL exists, but not with this method."""

    status, title, default_code = 405, "Method not allowed", "method_not_allowed"


class NotAcceptable(GradusError):
    """No representation matches the Accept header."""

    status, title, default_code = 406, "Not acceptable", "not_acceptable"


class Conflict(GradusError):
    """The resource's state does not allow the request."""

    status, title, default_code = 409, "Conflict", "conflict"


class PreconditionFailed(GradusError):
    """The resource has changed since the version in If-Match."""

    status, title, default_code = 412, "Precondition failed", "precondition_failed"


class TooLarge(GradusError):
    """The body exceeds the size limit."""

    status, title, default_code = 413, "Body too large", "too_large"


class UnsupportedMedia(GradusError):
    """The body is not JSON."""

    status, title, default_code = 415, "Unsupported media type", "unsupported_media_type"


class TooManyRequests(GradusError):
    """A quota or rate limit is exceeded."""

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
    """An internal error of Gradus."""


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
"""The error class of each HTTP status; the only such table, used in both directions."""


def from_problem(problem: Problem) -> GradusError:
    """The error for a problem document of the service."""
    error = of_status(problem.status, problem.detail, code=problem.code, errors=problem.errors)
    error.title = problem.title
    return error


def of_status(status: int, detail: str, *, code: str, errors: Sequence[Mistake] = ()) -> GradusError:
    """The error for a response with this status, which may be missing in the table."""
    kind = BY_STATUS.get(status, BadRequest if status < 500 else ServerFault)
    error = kind(detail, code=code, errors=errors)
    error.status = status
    return error
