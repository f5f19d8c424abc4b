"""Parsing of JSON bodies into models, with every mistake reported."""

import json
from collections.abc import Collection
from itertools import islice
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from api.http.json_checks import unstorable
from gradus.errors import BadRequest, InvalidSpec
from gradus.pointer import readable
from gradus.wire.mistakes import mistakes
from gradus.wire.problem import MOST, Mistake, echo

_MAX_PATH_LENGTH = 300
"""Paths of mistakes are cut to this length, so that the error is not as large as the document."""

Model = TypeVar("Model", bound=BaseModel)


def read(body: bytes, model: type[Model]) -> Model:
    """The model that the body describes.

    Raises:
        BadRequest: the body is not JSON.
        InvalidSpec: the document does not fit the model; `errors` lists every mistake.
    """
    return validated(parse(body), model)


def read_large(body: bytes, model: type[Model]) -> Model:
    """Like `read`, for documents that are not stored and may have more entries.

    Raises:
        BadRequest: the body is not JSON.
        InvalidSpec: the document does not fit the model; `errors` lists every mistake.
    """
    return validated(parse_any(body), model)


def validated(document: Any, model: type[Model]) -> Model:
    """The model that the document describes.

    Raises:
        InvalidSpec: the document does not fit the model; `errors` lists every mistake.
    """
    if not isinstance(document, dict):
        raise InvalidSpec(
            "the body must be a JSON object",
            errors=[Mistake(path="", message="must be an object", input=echo(document))],
        )
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise invalid(*mistakes(error, model)) from None


def read_without_echo(body: bytes, model: type[Model]) -> Model:
    """Like `read`, for documents with a secret in one of their fields. Mistakes have their path but not the value,
    because the secret may be in the wrong field.

    Raises:
        BadRequest: the body is not JSON.
        InvalidSpec: the document does not fit the model; `errors` lists every mistake.
    """
    try:
        return read(body, model)
    except InvalidSpec as error:
        found = [mistake.model_copy(update={"input": None}) for mistake in error.errors]
        raise InvalidSpec(error.detail, errors=found) from None


def read_secret(body: bytes, model: type[Model]) -> Model:
    """Like `read`, for documents with secrets: errors repeat nothing of the document.

    Raises:
        BadRequest: the body is not JSON.
        InvalidSpec: the document does not fit the model.
    """
    try:
        return model.model_validate(parse(body))
    except (InvalidSpec, ValidationError):
        raise InvalidSpec(f"must be an object with a string for {' or '.join(model.model_fields)}") from None


def read_changes(body: bytes, model: type[Model], nullable: Collection[str] = ()) -> Model:
    """The changes to an experiment or a data set. Only the `nullable` fields may be null.

    Raises:
        BadRequest: the body is not JSON.
        InvalidSpec: a field cannot be changed, or has an invalid value.
    """
    changes = read(body, model)
    nulls = [key for key in sorted(changes.model_fields_set) if getattr(changes, key) is None and key not in nullable]
    if nulls:
        raise invalid(*(Mistake(path=key, message="may not be null: omit the key to keep the value") for key in nulls))
    return changes


def invalid(*found: Mistake) -> InvalidSpec:
    """The error that lists these mistakes. Its detail is the first one."""
    named = [mistake.model_copy(update={"path": mistake.path[:_MAX_PATH_LENGTH]}) for mistake in found[:MOST]]
    first, more = named[0], len(found) - 1
    place = f"{readable(first.path)}: " if first.path else ""
    at_least = "at least " * (len(found) > MOST)
    others = f" (and {at_least}{more} more mistake{'s' * (more > 1)})" if more else ""
    return InvalidSpec(f"{place}{first.message}{others}", errors=named)


def parse(body: bytes) -> Any:
    """The body's JSON value.

    Raises:
        BadRequest: the body is not JSON, or has what parsers treat differently: duplicate keys, NaN.
        InvalidSpec: it contains text that cannot be stored, or is nested too deeply.
    """
    value = parse_any(body)
    if found := tuple(islice(unstorable(value), MOST + 1)):
        raise invalid(*found)
    return value


def parse_any(body: bytes) -> Any:
    """The body's JSON value, of any size, with any text in it.

    Raises:
        BadRequest: the body is not JSON, or contains what parsers handle differently: duplicate keys, NaN.
    """
    if not body:
        raise _broken("the body is empty: send a JSON document")
    try:
        return _DECODER.decode(body.decode())
    except UnicodeDecodeError:
        raise _broken("the body is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _broken(f"the body is not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise _broken("the body is nested too deeply") from None
    except ValueError:  # the interpreter refuses to convert integers of thousands of digits
        raise _broken("the body has a number with too many digits") from None


def _broken(detail: str) -> BadRequest:
    return BadRequest(detail, code="invalid_json")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _broken(f"the body has the key {_first_duplicate(pairs)[:100]!a} twice in one object")
    return found


def _first_duplicate(pairs: list[tuple[str, Any]]) -> str:
    """The first key that occurs a second time."""
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            return key
        seen.add(key)
    raise AssertionError("no key occurs twice")


def _constant(name: str) -> NoReturn:
    raise _broken(f"the body is not JSON: {name} is not a JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
