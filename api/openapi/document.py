"""The OpenAPI document: FastAPI's, with the request bodies and error responses that FastAPI does not know of."""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from threading import Lock
from typing import Any, TypedDict

from fastapi.openapi.utils import get_fields_from_routes, get_openapi
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode
from starlette.routing import BaseRoute

from api.openapi.schema_rules import (
    PREFIX,
    Schema,
    Schemas,
    of_body,
    of_header,
    of_parameter,
    of_response,
    with_required_tags,
)
from api.web.static_files import InMemoryFile
from gradus.spec.experiment import Spec
from gradus.sweep.request import SweepExtension, SweepRequest
from gradus.wire.augmented import AugmentedRequest
from gradus.wire.control import ExtendRequest, ForkRequest
from gradus.wire.dataset_request import DatasetPatch, DatasetRequest, VersionRequest
from gradus.wire.experiment import ExperimentPatch
from gradus.wire.finding_request import ApplyRequest, VerifyRequest
from gradus.wire.inference import InferRequest
from gradus.wire.key import KeyRequest, SignIn
from gradus.wire.layer_pictures import ActivationsRequest, HistoryRequest
from gradus.wire.predicted_file import PredictionsRequest
from gradus.wire.prediction import PredictRequest
from gradus.wire.problem import Problem
from gradus.wire.upload import UploadRequest
from gradus.wire.webhook import WebhookRequest

CACHED_DOCUMENTS = 16
"""Limit on cached documents with different path prefixes: a wrongly trusted proxy may send any number of prefixes."""
_UNUSED_SCHEMAS = frozenset({"HTTPValidationError", "ValidationError"})
"""FastAPI's own error schemas, which no route of this API returns."""
_DESCRIBED_ELSEWHERE = frozenset({"accept", "content-type", "authorization"})
"""Headers that OpenAPI describes only by responses' media types, bodies' media types and security schemes."""


class About(TypedDict):
    """What the application and its OpenAPI document say about themselves."""

    title: str
    version: str
    summary: str
    description: str


class Document:
    """The OpenAPI document of the routes. All applications of a process have the same routes and share one document.

    The constructor creates the routes' parameters, which FastAPI caches. The document looks them up by identity, and
    would fail if the first request to a route created them again.
    """

    def __init__(self, about: About, tags: list[dict[str, Any]], routes: Sequence[BaseRoute]) -> None:
        get_fields_from_routes(routes)
        self._about, self._tags, self._routes = about, tags, routes
        self._building = Lock()  # if two threads build it at once, FastAPI fails in one
        self._built: dict[str, Any] | None = None
        self._encode = lru_cache(CACHED_DOCUMENTS)(self._encoded)

    def whole(self) -> dict[str, Any]:
        """The complete document, built once."""
        with self._building:
            if self._built is None:
                self._built = _build(self._about, self._tags, self._routes)
        return self._built

    def encoded(self, root: str) -> InMemoryFile:
        """The encoded document for a path prefix. The bytes are cached and shared: anyone may request them, without a
        key, and read slowly."""
        return self._encode(root)

    def _encoded(self, root: str) -> InMemoryFile:
        whole = self.whole() | {"servers": servers(root)}
        return InMemoryFile(json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode(), "application/json")


def servers(root: str = "") -> list[dict[str, str]]:
    """The `servers` entry: the path prefix, relative to the document's own URL."""
    return [{"url": root or "/", "description": "The server of this document."}]


def _build(about: About, tags: list[dict[str, Any]], routes: Sequence[BaseRoute]) -> dict[str, Any]:
    document = get_openapi(**about, routes=routes, tags=tags, servers=servers())
    for path in document["paths"].values():
        for operation in path.values():
            _drop_validation_error(operation["responses"])
            if "parameters" in operation:
                operation["parameters"] = list(_parameters(operation["parameters"]))
    responses = {
        name: schema for name, schema in document["components"]["schemas"].items() if name not in _UNUSED_SCHEMAS
    }
    responses |= _schemas(Problem, "serialization")
    document["components"]["schemas"] = with_required_tags(
        {name: of_response(schema) for name, schema in responses.items()}
        | {name: of_body(schema) for name, schema in _bodies().items()}
    )
    return document


def _bodies() -> Schemas:
    """The schemas of bodies that routes read as bytes. FastAPI does not know them."""
    return {
        **_schemas(Spec, suffix="Input"),
        **_schemas(ExperimentPatch),
        **_schemas(ExtendRequest),
        **_schemas(ForkRequest),
        **_schemas(ApplyRequest),
        **_schemas(VerifyRequest),
        **_schemas(SweepRequest, suffix="Input"),
        **_schemas(SweepExtension),
        **_schemas(PredictRequest),
        **_schemas(PredictionsRequest),
        **_schemas(ActivationsRequest),
        **_schemas(HistoryRequest),
        **_schemas(AugmentedRequest, suffix="Input"),
        **_schemas(InferRequest),
        **_schemas(DatasetRequest),
        **_schemas(DatasetPatch),
        **_schemas(VersionRequest),
        **_schemas(UploadRequest),
        **_schemas(WebhookRequest),
        **_schemas(KeyRequest),
        **_schemas(SignIn),
    }


def _parameters(parameters: list[Schema]) -> Iterator[Schema]:
    for parameter in parameters:
        if parameter["in"] != "header":
            yield parameter | {"schema": of_parameter(parameter["schema"])}
        elif parameter["name"] not in _DESCRIBED_ELSEWHERE:
            yield parameter | {"schema": of_header(parameter["schema"])}


def _drop_validation_error(responses: dict[str, Any]) -> None:
    content = responses.get("422", {}).get("content", {})
    if _UNUSED_SCHEMAS & {media["schema"].get("$ref", "").removeprefix(PREFIX) for media in content.values()}:
        del responses["422"]


def _schemas(model: type[BaseModel], mode: JsonSchemaMode = "validation", suffix: str = "") -> Schemas:
    """The model's schema and the schemas that it refers to, with the suffix added to their names."""
    schema = model.model_json_schema(ref_template=f"{PREFIX}{{model}}{suffix}", mode=mode)
    parts = schema.pop("$defs", {})
    return {f"{name}{suffix}": part for name, part in {**parts, model.__name__: schema}.items()}
