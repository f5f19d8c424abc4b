"""What the OpenAPI document says of answers that are not the usual one."""

from typing import Any

from api.problems import MEDIA_TYPE
from gradus.errors import BY_STATUS

Responses = dict[int | str, dict[str, Any]]

_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def problems(*statuses: int) -> Responses:
    """The problems that a route can answer with."""
    return {status: {"description": BY_STATUS[status].__doc__, **_PROBLEM} for status in statuses}


ANYWHERE = problems(400, 500, 503)
"""Problems of every route."""


def header(description: str, kind: str = "string") -> dict[str, Any]:
    """A response header."""
    return {"description": description, "schema": {"type": kind}}
