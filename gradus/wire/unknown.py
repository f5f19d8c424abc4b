"""Error messages for unknown keys: what may have been meant, or where the key belongs."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from gradus.nearest import nearest
from gradus.spec.experiment import Spec
from gradus.spec.spec_model import SpecModel, kind_of, spec_models_in
from gradus.wire.experiment import ExperimentPatch
from gradus.wire.habits import IMPLIED, OURS, folded

Place = tuple[int | str, ...]
"""Keys and indices; in Pydantic's places, names of union members are between them."""

_NOTHING_SAID = frozenset({"kind"})
"""Keys that occur in so many objects that a list of these would not help."""


def unknown_key(model: type[BaseModel], place: Place) -> str:
    """The message for the unknown last key of the place in a document of the model."""
    key = str(place[-1])
    said = f"unknown key '{key[:100]}'"
    here = _at(model, place[:-1])
    if kinds := [kind_of(one) for one in _others(model, place) if key in one.model_fields]:
        return f"{said}: only {_listed(kinds, 'and')} {'has' if len(kinds) == 1 else 'have'} it"
    known = list(dict.fromkeys(name for one in here for name in one.model_fields))
    is_meant_here = OURS.get(folded(key)) in known  # scikit-learn's `alpha` is `l2`, not that of `mixup`
    if not is_meant_here and (homes := _homes(model, key)):
        return f"{said}: it belongs {_where(homes)}"
    if "changes" in known and key in Spec.model_fields:  # a fork, whose changes are a patch without a class
        return f"{said}: it belongs inside 'changes'"
    if model is ExperimentPatch:  # more helpful than a guess: `status` resembles `tags`
        return f"{said}: only {_listed(known, 'and')} can be changed"
    hint = _habit(model, folded(key), known, top=len(place) == 1) or _guess(key, known) or IMPLIED.get(folded(key))
    return f"{said}: {hint}" if hint else said


def _habit(model: type[BaseModel], key: str, known: Sequence[str], *, top: bool) -> str | None:
    """A hint at Gradus's equivalent of another library's name. At the top of a document, places further down are also
    suggested."""
    ours = OURS.get(key)
    if ours in known:
        return f"did you mean '{ours}'?"
    if top and ours is not None and (homes := _homes(model, ours)):
        return f"did you mean '{ours}', {_where(homes)}?"
    return IMPLIED.get(key) if top else None


def _guess(key: str, known: Sequence[str]) -> str | None:
    close = nearest(key, known)
    return None if close is None else f"did you mean '{close}'?"


def _at(model: type[BaseModel], place: Place) -> Sequence[type[BaseModel]]:
    """The classes that are possible at the place."""
    here: Sequence[type[BaseModel]] = (model,)
    for part in place:
        if len(here) > 1 and (chosen := [one for one in here if _kind(one) == part]):
            here = chosen
        elif fields := [one.model_fields[str(part)] for one in here if part in one.model_fields]:
            here = [word for field in fields for word in _words(field.annotation)]
    return here


def _others(model: type[BaseModel], place: Place) -> Sequence[type[SpecModel]]:
    """The kinds that could have been chosen at the key's place."""
    family = [one for one in _at(model, place[:-2]) if issubclass(one, SpecModel)]
    return family if len(family) > 1 else ()


def _kind(model: type[BaseModel]) -> str | None:
    return kind_of(model) if issubclass(model, SpecModel) else None


def _words(annotation: Any) -> tuple[type[SpecModel], ...]:
    """The spec models in an annotation, including those in its lists and objects."""
    parts = get_args(annotation)
    return spec_models_in(annotation) or tuple(dict.fromkeys(word for part in parts for word in _words(part)))


def _homes(model: type[BaseModel], key: str) -> list[str]:
    """The places where a document of the model has the key, joined by `/`: those at the highest level."""
    level: list[tuple[str, type[BaseModel]]] = [("", model)]
    while level and key not in _NOTHING_SAID:
        if found := [place for place, one in level if key in one.model_fields]:
            return list(dict.fromkeys(found))
        level = list(_below(level))
    return []


def _below(level: Iterable[tuple[str, type[BaseModel]]]) -> Iterator[tuple[str, type[BaseModel]]]:
    for place, model in level:
        for name, word in _parts(model):
            yield f"{place}/{name}".lstrip("/"), word


@cache  # each unknown key asks again
def _parts(model: type[BaseModel]) -> Sequence[tuple[str, type[SpecModel]]]:
    return [(name, word) for name, field in model.model_fields.items() for word in _words(field.annotation)]


def _where(homes: Sequence[str]) -> str:
    return "at the top" if "" in homes else f"inside {_listed(homes, 'or')}"


def _listed(names: Sequence[str], word: str) -> str:
    quoted = [f"'{name}'" for name in names]
    return f"{', '.join(quoted[:-1])} {word} {quoted[-1]}" if len(quoted) > 1 else quoted[0]
