"""Problems: RFC 9457 documents, and how a validation error becomes one's list of mistakes."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gradus.pointer import pointer
from gradus.spec.experiment import Spec
from gradus.spec.spec_model import Expanded
from gradus.wire.message import Message
from gradus.wire.unknown import unknown_key
from gradus.wire.wording import KINDS, sentence


class Mistake(Message):
    """One thing wrong with a document."""

    path: str
    """Where: keys and indices joined by `/`, in keys `~1` for `/` and `~0` for `~`; empty for the document itself."""
    message: str
    input: Any = None
    """What stood there."""


class Problem(Message):
    """RFC 9457 `application/problem+json`."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    """For programs; the last part of `type`."""
    errors: tuple[Mistake, ...] = ()
    """For a bad spec: every mistake."""


Place = tuple[str, ...]
"""Keys and indices, as the client wrote them."""

MOST = 100
"""Mistakes that are sent back. A document may have a hundred thousand, and to word one takes a moment."""


def mistakes(error: ValidationError, model: type[BaseModel] = Spec) -> tuple[Mistake, ...]:
    """The mistakes of a document of the model, each once, at the place where the client wrote it.

    At most one more than are sent back, which tells that there are more.
    """
    details = error.errors(include_url=False)
    parents, lists = _parents(details), _lists(details)
    found: dict[Place, ErrorDetails] = {}
    for detail in details:
        place = _place(detail)
        is_consequence = place in parents and detail["type"] in _OTHER_FORM
        if not is_consequence and not (place in lists and detail["type"] == "too_short"):
            found.setdefault(place, detail)
        if len(found) > MOST:
            break
    return tuple(_mistake(place, detail, model) for place, detail in found.items())


_OTHER_FORM = frozenset({"literal_error", "string_type", "tuple_type", "model_type", "dict_type"})
"""Errors of a value that has another form than the member of a union."""


def _parents(details: Sequence[ErrorDetails]) -> frozenset[Place]:
    """Every place with a mistake below it, if any form is wrong: there another side of a union was chosen."""
    if all(detail["type"] not in _OTHER_FORM for detail in details):
        return frozenset()
    return frozenset(place[:i] for place in map(_place, details) for i in range(len(place)))


def _lists(details: Sequence[ErrorDetails]) -> frozenset[Place]:
    """Every place with a mistake right below it. A list whose only item is wrong counts as empty, which it is not."""
    return frozenset(place[:-1] for place in map(_place, details) if place)


def _mistake(place: Place, detail: ErrorDetails, model: type[BaseModel]) -> Mistake:
    unknown = detail["type"] == "extra_forbidden"
    message = unknown_key(model, detail["loc"]) if unknown else sentence(detail, place[-1] if place else "")
    return Mistake(path=_encodable(pointer(place)), message=_encodable(message), input=echo(stood(detail)))


def stood(detail: ErrorDetails) -> Any:
    """What the client wrote there."""
    value = None if detail["type"] == "missing" else detail["input"]
    for key in place_within(detail):
        value = value.get(key) if isinstance(value, Mapping) else value
    return value.shorthand if isinstance(value, Expanded) else value


def place_within(detail: ErrorDetails) -> Sequence[str]:
    """The part that is wrong of a value that was refused as a whole: a rule that spans keys names one of them."""
    place: str | None = detail.get("ctx", {}).get("place")
    return place.split("/") if place else ()


_NAMED_BY_CLIENTS = frozenset({"grid", "space", "variants", "columns"})
"""Fields whose keys are paths, labels and names, whatever they look like. Kinds stand after a space's."""


_NAMED_OR_A_WORD = frozenset({"class_weights"})
"""Fields whose keys are names, or that have a word instead. Which of the two stands between field and key."""


def _place(detail: ErrorDetails) -> Place:
    """Pydantic's place without the names of union members."""
    place = detail["loc"]
    kept = [str(part) for i, part in enumerate(place) if _written(part, *reversed((None, None, *place)[i : i + 2]))]
    if place and detail["type"] == "extra_forbidden" and (not kept or kept[-1] != place[-1]):
        kept.append(str(place[-1]))
    if detail["type"] == "none_required":
        kept.pop()  # the union's member null, which the client did not write
    return (*kept, *place_within(detail))


def _written(part: int | str, before: int | str | None, two_before: int | str | None) -> bool:
    """Whether the client wrote this part of a place, by the parts before it."""
    if before in _NAMED_OR_A_WORD:
        return False
    if isinstance(part, int) or before in _NAMED_BY_CLIENTS or two_before in _NAMED_OR_A_WORD:
        return True
    if two_before == "layers" and isinstance(before, int):
        return part not in KINDS["layer"]
    if two_before == "augment" and isinstance(before, int):
        return part not in KINDS["augmentation"]
    return before not in KINDS and two_before != "space" and part[:1].islower() and part.isidentifier()


ECHO = 500
"""Characters of an input that are sent back."""
DEEPEST = 20
"""Levels of lists and objects in an input that are sent back."""


def echo(value: Any) -> Any:
    """The input, if it is small enough to send back and can be written in UTF-8."""
    text = _beginning(value)
    if len(text) > ECHO:
        return _encodable(f"{text[:ECHO]}…")
    if _is_deep(value):
        return _encodable(text)
    try:
        json.dumps(value, ensure_ascii=False, default=repr).encode()
    except UnicodeEncodeError:
        return _encodable(text)
    return value


def _beginning(value: Any, levels: int = DEEPEST) -> str:
    """Its representation, or more than enough of one that is long: to write out a megabyte takes a moment."""
    if isinstance(value, str):
        return repr(value[: ECHO + 1])
    if isinstance(value, Mapping | list | tuple) and not levels:
        return "…"
    if isinstance(value, Mapping):
        items = (f"{_beginning(key)}: {_beginning(one, levels - 1)}" for key, one in value.items())
        return f"{{{_joined(items)}}}"
    if isinstance(value, list | tuple):
        brackets = "[]" if isinstance(value, list) else "()"
        return f"{brackets[0]}{_joined(_beginning(one, levels - 1) for one in value)}{brackets[1]}"
    return repr(value)


def _is_deep(value: Any, levels: int = DEEPEST) -> bool:
    """Whether its beginning leaves out what lies too deep."""
    if not isinstance(value, Mapping | list | tuple):
        return False
    inner = value.values() if isinstance(value, Mapping) else value
    return not levels or any(_is_deep(one, levels - 1) for one in inner)


def _joined(parts: Iterable[str]) -> str:
    found: list[str] = []
    size = 0
    for part in parts:
        found.append(part)
        size += len(part)
        if size > ECHO:
            break
    return ", ".join(found)


def _encodable(text: str) -> str:
    """The text with halves of surrogate pairs, which JSON can hold and UTF-8 cannot, written as `\\udxxx`."""
    return text.encode(errors="backslashreplace").decode()
