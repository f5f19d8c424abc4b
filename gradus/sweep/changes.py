"""The changes that a sweep makes to its base, each with a label."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count, product
from typing import Any

from gradus.errors import InvalidSpec
from gradus.merge import merged
from gradus.sweep.request import BASE, MAX_MEMBERS, RandomSearch, SweepRequest
from gradus.sweep.space import draw
from gradus.wire.problem import Mistake

_TRIES = 100
"""Draws for each one that is wanted before a space counts as exhausted."""


@dataclass(frozen=True)
class Change:
    """One way to change the base."""

    label: str
    changes: Mapping[str, Any]
    """Values by path; for a variant its merge patch; empty for the base itself."""


def changes(request: SweepRequest) -> tuple[Change, ...]:
    """Every change, in the order of the request; a longer request of the same kind only adds to them.

    Raises:
        InvalidSpec: there are too many, or fewer than were asked for.
    """
    if request.variants is not None:
        _refuse_base(request.variants)
        found = [Change(BASE, {}), *(Change(label, patch) for label, patch in request.variants.items())]
    elif request.grid is not None:
        _refuse_crowds("grid", math.prod(map(len, request.grid.values())), request)
        rows = product(*request.grid.values())
        found = [_by_values(dict(zip(request.grid, row, strict=True))) for row in rows]
    else:
        assert request.random is not None
        found = list(map(_by_values, _draws(request.random)))
    _refuse_crowds("seeds", len(found), request)
    return tuple(found)


def in_order(paths: Mapping[str, Any]) -> list[str]:
    """The paths in the order in which they are to be set: what a kind brings along comes before what changes in it."""
    return sorted(paths, key=lambda path: (path.count("."), not path.endswith(".kind")))


def changed(document: dict[str, Any], change: Change, *, patch: bool) -> dict[str, Any]:
    """The base's document with the change in it; a patch is merged, values are set at their paths.

    Raises:
        InvalidSpec: a path leads into a list and not to one of its places.
    """
    if patch:
        return dict(merged(document, change.changes))
    for path in in_order(change.changes):
        try:
            document = _with(document, path.split("."), change.changes[path])
        except IndexError as error:
            raise InvalidSpec(str(error), errors=[Mistake(path=slashed(path), message=str(error))]) from None
    return document


def slashed(path: str) -> str:
    """A path as mistakes write it."""
    return path.replace(".", "/")


def _with(document: Any, keys: list[str], value: Any) -> Any:
    """The document with the value at a path; another `kind` begins its object anew."""
    key, *rest = keys
    if isinstance(document, list):
        if not key.isdecimal() or int(key[:9]) >= len(document):
            raise IndexError(f"there is no '{key}' in a list of {len(document)}; its places are 0, 1, 2 …")
        place = int(key)
        return [*document[:place], _with(document[place], rest, value) if rest else value, *document[place + 1 :]]
    old = document if isinstance(document, dict) else {}
    if rest:
        return {**old, key: _with(old.get(key), rest, value)}
    return merged(old, {key: value}) if key == "kind" else {**old, key: value}


def _by_values(values: dict[str, Any]) -> Change:
    return Change(", ".join(f"{path}={_written(value)}" for path, value in values.items()), values)


def _written(value: Any) -> str:
    """As in JSON, without quotes around a bare word."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _draws(search: RandomSearch) -> Iterator[dict[str, Any]]:
    """Different draws, as many as wanted."""
    seen: set[str] = set()
    for number in count():
        if len(seen) == search.n:
            return
        if number == _TRIES * search.n:
            message = f"has only {len(seen)} different members, and {search.n} are asked for: take a smaller n"
            raise InvalidSpec(f"random/space: {message}", errors=[Mistake(path="random/space", message=message)])
        values = {path: draw(space, search.seed, path, number) for path, space in search.space.items()}
        key = json.dumps(values, sort_keys=True)
        if key not in seen:
            seen.add(key)
            yield values


def _refuse_base(variants: Mapping[str, Any]) -> None:
    if BASE in variants:
        message = "is the label of the base itself: take another"
        raise InvalidSpec(f"variants/{BASE}: {message}", errors=[Mistake(path=f"variants/{BASE}", message=message)])


def _refuse_crowds(path: str, combinations: int, request: SweepRequest) -> None:
    seeds = len(request.seeds or (request.base.seed,))
    if combinations * seeds > MAX_MEMBERS:
        message = (
            f"{combinations:,} combinations with {seeds:,} seed{'s' * (seeds > 1)} each make "
            f"{combinations * seeds:,} experiments, and a sweep may have {MAX_MEMBERS:,}"
        )
        raise InvalidSpec(f"{path}: {message}", errors=[Mistake(path=path, message=message)])
