"""The page `docs/http.md`: all requests of the API, their responses, and the objects in them."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from api.app import create_app
from gradus.errors import BY_STATUS
from gradus.status import EventKind, FailureCode, Status
from gradus.wire.key import Role
from gradus.wire.sweep import SweepStatus, Verdict
from hub.hub import Hub
from hub.settings import Settings
from scripts.enum_words import meanings
from scripts.http_text import HEAD
from scripts.markdown import table
from scripts.openapi_words import PREFIX, SPEC, Schema, kind

OUTLINE = {
    "experiments": "Experiments",
    "sweeps": "Sweeps",
    "predictions": "Predictions",
    "inference": "The Open Inference Protocol",
    "metrics and events": "Metrics and events",
    "data sets": "Data sets",
    "lab": "The lab",
    "about": "About the service",
    "webhooks": "Webhooks",
    "keys": "Keys and sessions",
    "operation": "Operation",
}
"""The titles of the sections, by the requests' tag."""

ENUMERATIONS = {one.__name__: one for one in (FailureCode, Role, Status, SweepStatus, Verdict)}

EVERYWHERE = ("400", "401", "403", "408", "414", "429", "431", "500", "503")
"""Responses that any request may get, described only once."""


def http_page() -> str:
    """The whole page, in Markdown."""
    head = HEAD.replace("EVENT_KINDS\n", "\n".join(_event_kinds()).rstrip("\n") + "\n")
    return "\n".join([head, *_errors(), *_requests(), *_objects()])


@cache
def _document() -> dict[str, Any]:
    nowhere = Path("/nonexistent")
    hub = Hub(Settings("sqlite:////nonexistent", "redis://127.0.0.1:1/0", str(nowhere), nowhere, (nowhere,)))
    return create_app(hub).openapi()


def _event_kinds() -> Iterator[str]:
    yield from table(("kind", "means"), ((f"`{kind}`", text) for kind, text in meanings(EventKind).items()))


def _errors() -> Iterator[str]:
    yield from table(
        ("status", "title", "means"),
        ((str(status), error.title, (error.__doc__ or "").strip()) for status, error in sorted(BY_STATUS.items())),
    )
    yield f"Any request under `/v1` may get {', '.join(EVERYWHERE)}. Other responses are listed with each request.\n"


def _requests() -> Iterator[str]:
    operations = [
        (method.upper(), path, operation)
        for path, methods in _document()["paths"].items()
        for method, operation in methods.items()
    ]
    assert {tuple(operation["tags"]) for *_, operation in operations} == {(tag,) for tag in OUTLINE}
    for tag, title in OUTLINE.items():
        yield f"## {title}\n"
        for method, path, operation in operations:
            if operation["tags"] == [tag]:
                yield from _request(method, path, operation)


def _request(method: str, path: str, operation: Schema) -> Iterator[str]:
    yield f"### `{method} {path}`\n"
    yield operation["description"] + "\n"
    if "requestBody" in operation:
        body = operation["requestBody"]
        yield f"Body{'' if body['required'] else ', optional'}: {_content(body)}.\n"
    parameters = [one for one in operation.get("parameters", ()) if one["in"] != "path"]
    if parameters:
        yield from table(("parameter", "accepts", "default", "meaning"), map(_parameter, parameters))
    yield from table(("answer", "is", "meaning"), _answers(operation["responses"]))
    problems = [status for status, response in sorted(operation["responses"].items()) if _is_problem(response)]
    if own := [status for status in problems if status not in EVERYWHERE]:
        yield f"Problems: {', '.join(own)}.\n"


def _parameter(parameter: Schema) -> tuple[str, str, str, str]:
    schema = parameter["schema"]
    text = kind(_without_null(schema))
    name = f"`{parameter['name']}`" + (" (header)" if parameter["in"] == "header" else "")
    default = schema.get("default")
    return (
        name,
        text,
        "" if default is None else f"`{str(default).lower()}`",
        " ".join(parameter["description"].split()),
    )


def _without_null(schema: Schema) -> Schema:
    """The schema of an optional parameter without null. Null is only the service's internal value for "not sent"."""
    parts = [part for part in schema.get("anyOf", ()) if part.get("type") != "null"]
    one = parts[0] if parts else schema
    if one.get("type") == "array":
        one = one["items"]
    return _schemas()[one["$ref"].removeprefix(PREFIX)] if "$ref" in one else one


def _answers(responses: Schema) -> Iterator[tuple[str, str, str]]:
    for status, response in sorted(responses.items()):
        if not _is_problem(response):
            meaning = response["description"].replace("Successful Response", "")
            headers = ", ".join(f"`{name}`" for name in response.get("headers", ()))
            yield status, _content(response), f"{meaning} Headers: {headers}.".strip() if headers else meaning


def _is_problem(response: Schema) -> bool:
    return "application/problem+json" in response.get("content", {})


def _content(body: Schema) -> str:
    """The content for each media type."""
    forms = {media: content.get("schema", {}) for media, content in body.get("content", {}).items()}
    return " or ".join(
        kind(schema) if media == "application/json" and schema else f"`{media}`" for media, schema in forms.items()
    )


def _schemas() -> dict[str, Schema]:
    schemas: dict[str, Schema] = _document()["components"]["schemas"]
    return schemas


def _objects() -> Iterator[str]:
    yield "## Objects\n"
    for name, schema in sorted(_schemas().items()):
        plain = name.removesuffix("Input")
        if plain not in SPEC and (plain == name or plain not in _schemas()):
            yield f"### {plain}\n"
            yield from _members(plain, schema) if "enum" in schema else _object(schema)


def _members(name: str, schema: Schema) -> Iterator[str]:
    """The members of an enumeration, with their meanings."""
    yield schema["description"] + "\n"
    said = meanings(ENUMERATIONS[name])
    yield from table(("value", "means"), ((f"`{value}`", said[value]) for value in schema["enum"]))


def _object(schema: Schema) -> Iterator[str]:
    if schema.get("description"):
        yield schema["description"] + "\n"
    yield from table(
        ("key", "is", "meaning"),
        (
            (f"`{key}`", kind(field), " ".join(field.get("description", "").split()))
            for key, field in schema.get("properties", {}).items()
        ),
    )
