"""The OpenAPI document: FastAPI's, with the bodies and problems that it cannot see."""

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode

from api.openapi.schema_rules import (
    PREFIX,
    Schema,
    Schemas,
    of_answer,
    of_body,
    of_header,
    of_parameter,
    with_required_tags,
)
from api.web.static_files import Made
from gradus.spec.experiment import Spec
from gradus.sweep.request import SweepExtension, SweepRequest
from gradus.wire.control import ExtendRequest, ForkRequest
from gradus.wire.experiment import ExperimentPatch
from gradus.wire.key import KeyRequest, SignIn
from gradus.wire.problem import Problem

ROOTS = 16
"""A proxy that is believed without reason may name any number of them."""
_NEVER = frozenset({"HTTPValidationError", "ValidationError"})
"""FastAPI's own form of an error, which no route answers with."""
_SAID_ELSEWHERE = frozenset({"accept", "content-type", "authorization"})
"""Headers that OpenAPI wants described by the answers' forms, the body's and the security schemes alone."""


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document, made once."""
    if app.openapi_schema is None:
        app.openapi_schema = _made(app)
    return app.openapi_schema


def written(app: FastAPI) -> Callable[[str], Made]:
    """The document as it is sent, by where the client finds the service. It is kept: anybody may ask for it, and not
    read the answer."""

    @lru_cache(maxsize=ROOTS)
    def made(root: str) -> Made:
        whole = document(app) | {"servers": servers(root)}
        return Made(json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode(), "application/json")

    return made


def servers(root: str = "") -> list[dict[str, str]]:
    """Where the service is, as seen from where the document comes from."""
    return [{"url": root or "/", "description": "Where this document comes from."}]


def _made(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        servers=servers(),
    )
    for path in made["paths"].values():
        for operation in path.values():
            _drop_validation_error(operation["responses"])
            if "parameters" in operation:
                operation["parameters"] = list(_parameters(operation["parameters"]))
    answers = {name: schema for name, schema in made["components"]["schemas"].items() if name not in _NEVER}
    answers |= _schemas(Problem, "serialization")
    made["components"]["schemas"] = with_required_tags(
        {name: of_answer(schema) for name, schema in answers.items()}
        | {name: of_body(schema) for name, schema in _bodies().items()}
    )
    return made


def _bodies() -> Schemas:
    """What routes read that take their body as bytes, which FastAPI knows nothing of."""
    return {
        **_schemas(Spec, suffix="Input"),
        **_schemas(ExperimentPatch),
        **_schemas(ExtendRequest),
        **_schemas(ForkRequest),
        **_schemas(SweepRequest, suffix="Input"),
        **_schemas(SweepExtension),
        **_schemas(KeyRequest),
        **_schemas(SignIn),
    }


def _parameters(parameters: list[Schema]) -> Iterator[Schema]:
    for one in parameters:
        if one["in"] != "header":
            yield one | {"schema": of_parameter(one["schema"])}
        elif one["name"] not in _SAID_ELSEWHERE:
            yield one | {"schema": of_header(one["schema"])}


def _drop_validation_error(responses: dict[str, Any]) -> None:
    content = responses.get("422", {}).get("content", {})
    if _NEVER & {media["schema"].get("$ref", "").removeprefix(PREFIX) for media in content.values()}:
        del responses["422"]


def _schemas(model: type[BaseModel], mode: JsonSchemaMode = "validation", suffix: str = "") -> Schemas:
    """The model's schema, and those that it is made of, under names that end in the suffix."""
    schema = model.model_json_schema(ref_template=f"{PREFIX}{{model}}{suffix}", mode=mode)
    parts = schema.pop("$defs", {})
    return {f"{name}{suffix}": part for name, part in {**parts, model.__name__: schema}.items()}
