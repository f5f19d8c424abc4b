"""Parts of the OpenAPI document: problems, response headers and links."""

from typing import Any

from api.http.problems import MEDIA_TYPE
from api.http.rejection import TITLES
from api.http.responses import JSON
from gradus.errors import BY_STATUS

Responses = dict[int | str, dict[str, Any]]

_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def problems(*statuses: int) -> Responses:
    """The problems that a route can return."""
    return {status: {"description": BY_STATUS[status].__doc__, **_PROBLEM} for status in statuses}


GUARDED = problems(400, 401, 403, 429, 500, 503)
"""The problems of every route that requires authentication."""


def body_of(name: str, examples: dict[str, Any], *, required: bool = True) -> dict[str, Any]:
    """The OpenAPI entry of a body that the route reads as bytes."""
    content = {"schema": {"$ref": f"#/components/schemas/{name}"}, "examples": examples}
    return {"requestBody": {"required": required, "content": {JSON: content}}}


def file_of(media_type: str, json_entry: dict[str, Any] | None = None) -> dict[str, Any]:
    """The OpenAPI entry of a body that is a file, or JSON with this entry."""
    content: dict[str, Any] = {
        media: {"schema": {}} for media in dict.fromkeys((media_type, "application/octet-stream"))
    }
    as_json = {} if json_entry is None else json_entry["requestBody"]["content"]
    return {"requestBody": {"required": True, "content": {**content, **as_json}}}


def header(description: str, kind: str = "string") -> dict[str, Any]:
    """A response header."""
    return {"description": description, "schema": {"type": kind}}


REFUSED: Responses = {status: {"description": f"{TITLES[status]}.", **_PROBLEM} for status in (408, 414, 431)}
"""Responses to requests that are too slow or too large. The server sends them before a route sees the request."""
OPEN: dict[str, Any] = {"security": []}
"""The OpenAPI entry of routes without authentication."""
REPLAYED = {
    "Idempotency-Replayed": header("`true` if this repeats the response to an earlier request with the same key.")
}
"""The response header of idempotent requests."""


def _next(parameter: str, *operations: str) -> dict[str, Any]:
    """Links to operations that take the `id` of the response as this parameter."""
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
"""The operations on a new experiment."""
WITH_SWEEP = _next("sweep_id", *(f"{act}_sweep" for act in ("get", "cancel", "retry", "extend")))
"""The operations on a new sweep."""
WITH_WEBHOOK = _next("webhook_id", "enable_webhook", "delete_webhook")
"""The operations on a new webhook."""
