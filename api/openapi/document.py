"""The OpenAPI document: FastAPI's, with the request bodies and problems that FastAPI cannot see."""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from threading import Lock
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_fields_from_routes, get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode

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
_BUILDING = Lock()


def prepare(routes: Sequence[APIRoute]) -> None:
    """Make the routes' parameters, which FastAPI caches, before requests do.

    The document finds its parameters by identity, and fails where the first request of a route makes them again.
    """
    get_fields_from_routes(routes)


def document(app: FastAPI) -> dict[str, Any]:
    """The complete document, built once."""
    with _BUILDING:  # of two threads that build it at once, FastAPI fails one
        if app.openapi_schema is None:
            app.openapi_schema = _build(app)
    return app.openapi_schema


def encoded(app: FastAPI) -> Callable[[str], InMemoryFile]:
    """Returns a function from path prefix to the encoded document. The encoded bytes are cached and shared: anyone may
    request them, without a key, and read slowly."""

    @lru_cache(maxsize=CACHED_DOCUMENTS)
    def encode(root: str) -> InMemoryFile:
        whole = document(app) | {"servers": servers(root)}
        return InMemoryFile(json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode(), "application/json")

    return encode


def servers(root: str = "") -> list[dict[str, str]]:
    """The `servers` entry: the path prefix, relative to the document's own URL."""
    return [{"url": root or "/", "description": "The server of this document."}]


def _build(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        servers=servers(),
    )
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
