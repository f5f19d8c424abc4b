"""Explains wrong keywords in Python, such as `Spec(epoch=4)`, in the words of the service."""

from collections.abc import Iterator
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError
from pydantic_core.core_schema import ErrorType

from gradus.wire.unknown import unknown_key

_KNOWN = frozenset(get_args(ErrorType))


def explained(error: ValidationError, model: type[BaseModel]) -> ValidationError:
    """The error, completed by the keyword that may have been meant for each unknown one."""
    return ValidationError.from_exception_data(error.title, list(_lines(error, model)))


def _lines(error: ValidationError, model: type[BaseModel]) -> Iterator[InitErrorDetails]:
    for detail in error.errors(include_url=False):
        line = InitErrorDetails(type=_type(detail, model), loc=detail["loc"], input=detail["input"])
        if "ctx" in detail:
            line["ctx"] = detail["ctx"]
        yield line


def _type(detail: ErrorDetails, model: type[BaseModel]) -> str | PydanticCustomError:
    kind = detail["type"]
    if kind != "extra_forbidden" and kind in _KNOWN:
        return kind
    message = unknown_key(model, detail["loc"]) if kind == "extra_forbidden" else detail["msg"]
    return PydanticCustomError(kind, message, detail.get("ctx"))
