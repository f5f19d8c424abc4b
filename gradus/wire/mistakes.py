"""How a validation error becomes the list of mistakes of a problem."""

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
    return Mistake(path=encodable(pointer(place)), message=encodable(message), input=echo(stood(detail)))


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
