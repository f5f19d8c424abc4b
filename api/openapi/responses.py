"""What the OpenAPI document says of answers that are not the usual one."""

from typing import Any

from api.http.problems import MEDIA_TYPE
from api.http.rejection import TITLES
from api.http.responses import JSON
from gradus.errors import BY_STATUS

Responses = dict[int | str, dict[str, Any]]

_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def problems(*statuses: int) -> Responses:
    """The problems that a route can answer with."""
    return {status: {"description": BY_STATUS[status].__doc__, **_PROBLEM} for status in statuses}


GUARDED = problems(400, 401, 403, 429, 500, 503)
"""Problems of every route that needs a key."""


def body_of(name: str, examples: dict[str, Any]) -> dict[str, Any]:
    """The description of a body that the route reads itself."""
    content = {"schema": {"$ref": f"#/components/schemas/{name}"}, "examples": examples}
    return {"requestBody": {"required": True, "content": {JSON: content}}}


def header(description: str, kind: str = "string") -> dict[str, Any]:
    """A response header."""
    return {"description": description, "schema": {"type": kind}}


REFUSED: Responses = {status: {"description": f"{TITLES[status]}.", **_PROBLEM} for status in (408, 414, 431)}
"""What the server answers to any request that comes too slowly or is too long, before a route sees it."""
OPEN: dict[str, Any] = {"security": []}
"""Of routes that need no key."""
REPLAYED = {"Idempotency-Replayed": header("`true` if it is the first answer to an earlier request with the key.")}
"""Of requests that may be repeated."""


def _next(parameter: str, *operations: str) -> dict[str, Any]:
    """Operations that take the `id` of an answer as this parameter."""
    return {
        name: {"operationId": name, "parameters": {f"path.{parameter}": "$response.body#/id"}} for name in operations
    }


WITH_EXPERIMENT = _next(
    "experiment_id",
    *(f"{act}_experiment" for act in ("get", "change", "delete", "cancel", "pause", "resume", "extend", "fork")),
    "stream_experiment",
    "get_metrics",
    "list_checkpoints",
    "read_log",
)
"""What can be done with an experiment that was made."""
WITH_SWEEP = _next("sweep_id", *(f"{act}_sweep" for act in ("get", "cancel", "retry", "extend")))
"""What can be done with a sweep that was made."""
