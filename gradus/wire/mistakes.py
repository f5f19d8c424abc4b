"""Converts a validation error to the list of mistakes of a problem document."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gradus.pointer import pointer
from gradus.spec.experiment import Spec
from gradus.spec.spec_model import Expanded
from gradus.wire.problem import MOST, Mistake, echo, encodable
from gradus.wire.unknown import unknown_key
from gradus.wire.wording import KINDS, sentence

Place = tuple[str, ...]
"""Keys and indices, as the client wrote them."""


def mistakes(error: ValidationError, model: type[BaseModel] = Spec) -> tuple[Mistake, ...]:
    """The mistakes in a document of the model, without duplicates, at the places where the client wrote them. Missing
    keys come last.

    At most one more than is sent back, to show that there are more.
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
    ordered = sorted(found.items(), key=lambda one: one[1]["type"] == "missing")  # a misspelt key first: it is missing
    return tuple(_mistake(place, detail, model) for place, detail in ordered)


_OTHER_FORM = frozenset({"literal_error", "string_type", "tuple_type", "model_type", "dict_type"})
"""Errors that mean that a value does not have the form of this member of a union."""


def _parents(details: Sequence[ErrorDetails]) -> frozenset[Place]:
    """Every place with a mistake below it, if any value has a wrong form: there, another member of the union was
    meant."""
    if all(detail["type"] not in _OTHER_FORM for detail in details):
        return frozenset()
    return frozenset(place[:i] for place in map(_place, details) for i in range(len(place)))


def _lists(details: Sequence[ErrorDetails]) -> frozenset[Place]:
    """Every place with a mistake directly below it. Pydantic also reports a list whose only item is wrong as empty."""
    return frozenset(place[:-1] for place in map(_place, details) if place)


def _mistake(place: Place, detail: ErrorDetails, model: type[BaseModel]) -> Mistake:
    unknown = detail["type"] == "extra_forbidden"
    message = unknown_key(model, detail["loc"]) if unknown else sentence(detail, place[-1] if place else "")
    return Mistake(path=encodable(pointer(place)), message=encodable(message), input=echo(stood(detail)))


def stood(detail: ErrorDetails) -> Any:
    """The value that the client wrote at the place."""
    value = None if detail["type"] == "missing" else detail["input"]
    for key in place_within(detail):
        value = value.get(key) if isinstance(value, Mapping) else value
    return value.shorthand if isinstance(value, Expanded) else value


def place_within(detail: ErrorDetails) -> Sequence[str]:
    """The wrong part of a value that was refused as a whole: a rule about several keys names one of them."""
    place: str | None = detail.get("ctx", {}).get("place")
    return place.split("/") if place else ()


_NAMED_BY_CLIENTS = frozenset({"grid", "space", "columns"})
"""Fields whose keys are paths, labels or names that clients choose. In a search space, the kind follows the key."""


_NAMED_OR_A_WORD = frozenset({"class_weights", "variants"})
"""Fields that are an object with names as keys, or a string. Pydantic puts the form between field and key."""


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
    """Whether the client wrote this part of a place, judging by the parts before it."""
    if before in _NAMED_OR_A_WORD:
        return False
    if isinstance(part, int) or before in _NAMED_BY_CLIENTS or two_before in _NAMED_OR_A_WORD:
        return True
    if two_before == "layers" and isinstance(before, int):
        return part not in KINDS["layer"]
    if two_before == "augment" and isinstance(before, int):
        return part not in KINDS["augmentation"]
    return before not in KINDS and two_before != "space" and part[:1].islower() and part.isidentifier()
