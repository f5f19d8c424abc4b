"""The OpenAPI document: FastAPI's, with the bodies and problems that it cannot see."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from gradus.spec.experiment import Experiment
from gradus.sweep.request import SweepExtension, SweepRequest
from gradus.wire.control import ExtendRequest, ForkRequest
from gradus.wire.experiment import ExperimentPatch
from gradus.wire.key import KeyRequest, SignIn
from gradus.wire.problem import Problem

_SCHEMAS = "#/components/schemas/"
_NEVER = frozenset({"HTTPValidationError", "ValidationError"})
"""FastAPI's own form of an error, which no route answers with."""


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, summary=app.summary, description=app.description, routes=app.routes
        )
        for path in made["paths"].values():
            for operation in path.values():
                _drop_validation_error(operation["responses"])
        schemas = made["components"]["schemas"]
        made["components"]["schemas"] = {
            **{name: schema for name, schema in schemas.items() if name not in _NEVER},
            **_schemas(Experiment, "Input"),
            **_schemas(ExperimentPatch),
            **_schemas(ExtendRequest),
            **_schemas(ForkRequest),
            **_schemas(SweepRequest, "Input"),
            **_schemas(SweepExtension),
            **_schemas(KeyRequest),
            **_schemas(SignIn),
            **_schemas(Problem),
        }
        app.openapi_schema = made
    return app.openapi_schema


def _drop_validation_error(responses: dict[str, Any]) -> None:
    content = responses.get("422", {}).get("content", {})
    if _NEVER & {media["schema"].get("$ref", "").removeprefix(_SCHEMAS) for media in content.values()}:
        del responses["422"]


def _schemas(model: type[BaseModel], suffix: str = "") -> dict[str, Any]:
    """The model's schema, and those that it is made of, under names that end in the suffix."""
    schema = model.model_json_schema(ref_template=f"{_SCHEMAS}{{model}}{suffix}")
    parts = schema.pop("$defs", {})
    return {f"{name}{suffix}": part for name, part in {**parts, model.__name__: schema}.items()}
