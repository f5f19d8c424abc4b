"""Documents: what the bytes of a body say, and every mistake in it."""

import json
from itertools import islice
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from api.http.json_checks import unstorable
from gradus.errors import BadRequest, InvalidSpec
from gradus.wire.experiment import ExperimentPatch
from gradus.wire.problem import MOST, Mistake, echo, mistakes

_PATH = 300
"""A document of nothing but mistakes is not sent back whole."""

Model = TypeVar("Model", bound=BaseModel)


def read(body: bytes, model: type[Model]) -> Model:
    """The model that the body describes.

    Raises:
        BadRequest: it is not JSON.
        InvalidSpec: it is, but not such a document; `errors` names every mistake.
    """
    document = parse(body)
    if not isinstance(document, dict):
        raise InvalidSpec(
            "the body must be a JSON object",
            errors=[Mistake(path="", message="must be an object", input=echo(document))],
        )
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise invalid(*mistakes(error, model)) from None


def read_secret(body: bytes, model: type[Model]) -> Model:
    """As `read`, for documents with secrets: nothing of what stood there is repeated.

    Raises:
        BadRequest: it is not JSON.
        InvalidSpec: it is, but not such a document.
    """
    try:
        return model.model_validate(parse(body))
    except (InvalidSpec, ValidationError):
        raise InvalidSpec(f"must be an object with texts under {' or '.join(model.model_fields)}") from None


def read_changes(body: bytes) -> ExperimentPatch:
    """What the body changes of an experiment; null is no value of any field.

    Raises:
        BadRequest: it is not JSON.
        InvalidSpec: it names what cannot be changed, or wrong values.
    """
    changes = read(body, ExperimentPatch)
    nulls = [key for key in sorted(changes.model_fields_set) if getattr(changes, key) is None]
    if nulls:
        raise invalid(*(Mistake(path=key, message="may not be null: leave the key out to keep it") for key in nulls))
    return changes


def invalid(*found: Mistake) -> InvalidSpec:
    """The error that names these mistakes; its sentence is the first of them."""
    named = [mistake.model_copy(update={"path": mistake.path[:_PATH]}) for mistake in found[:MOST]]
    first, more = named[0], len(found) - 1
    place = f"{first.path}: " if first.path else ""
    least = "at least " * (len(found) > MOST)
    others = f" (and {least}{more} more mistake{'s' * (more > 1)})" if more else ""
    return InvalidSpec(f"{place}{first.message}{others}", errors=named)


def parse(body: bytes) -> Any:
    """The JSON value.

    Raises:
        BadRequest: it is none, or not one that has the same meaning everywhere: duplicate keys, NaN.
        InvalidSpec: it holds text that cannot be stored, or is nested too deeply.
    """
    if not body:
        raise _broken("the body is empty: send a JSON document")
    try:
        value = json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_constant)
    except UnicodeDecodeError:
        raise _broken("the body is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _broken(f"the body is not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise _broken("the body is nested too deeply") from None
    except ValueError:  # the interpreter refuses to convert integers of thousands of digits
        raise _broken("the body has a number of too many digits") from None
    if found := tuple(islice(unstorable(value), MOST + 1)):
        raise invalid(*found)
    return value


def _broken(detail: str) -> BadRequest:
    return BadRequest(detail, code="invalid_json")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _broken(f"the body names the key {_twice(pairs)[:100]!a} twice in one object")
    return found


def _twice(pairs: list[tuple[str, Any]]) -> str:
    """The first key that is there already."""
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            return key
        seen.add(key)
    raise AssertionError("each key is there once")


def _constant(name: str) -> NoReturn:
    raise _broken(f"the body is not JSON: {name} is not a JSON number")
