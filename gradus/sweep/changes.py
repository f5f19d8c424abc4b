"""The changes that a sweep makes to its base, each with a label."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from gradus.errors import InvalidSpec
from gradus.merge import merged
from gradus.paths import NoSuchPlace, put
from gradus.sweep.draws import draws
from gradus.sweep.labels import label, uncut, written
from gradus.sweep.request import BASE, MAX_MEMBERS, RandomSearch, SweepRequest
from gradus.sweep.space import Choice
from gradus.wire.problem import Mistake


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
    elif request.grid is not None:
        _refuse_crowds("grid", math.prod(map(len, request.grid.values())), request)
    else:
        assert request.random is not None
        _refuse_crowds("random/n", request.random.n, request)
    found = _written_out(request, stored=False)
    _refuse_crowds("seeds", len(found), request)
    return found


def stored_changes(request: SweepRequest) -> tuple[Change, ...]:
    """Those of a sweep that is there: it was accepted once, whatever the bounds are now."""
    return _written_out(request, stored=True)


def _written_out(request: SweepRequest, *, stored: bool) -> tuple[Change, ...]:
    if request.variants is not None:
        return (Change(BASE, {}), *(Change(label, patch) for label, patch in request.variants.items()))
    if request.grid is not None:
        return tuple(_combined(request.grid))
    assert request.random is not None
    return tuple(_drawn(request.random, stored=stored))


def long_label(change: Change) -> str:
    """What a change of paths was called before labels were cut: experiments of that time are stored with it."""
    return ", ".join(f"{path}={uncut(value)}" for path, value in change.changes.items())


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
            document = put(document, path, change.changes[path])
        except NoSuchPlace as error:
            raise InvalidSpec(str(error), errors=[Mistake(path=slashed(path), message=str(error))]) from None
    return document


def slashed(path: str) -> str:
    """A path as mistakes write it."""
    return path.replace(".", "/")


def _combined(grid: Mapping[str, Sequence[Any]]) -> Iterator[Change]:
    """Every combination. A value is written for its label once, however many have it."""
    pairs = ([(value, written(value)) for value in values] for values in grid.values())
    for row in product(*pairs):
        yield Change(
            label({path: text for path, (_, text) in zip(grid, row, strict=True)}),
            {path: value for path, (value, _) in zip(grid, row, strict=True)},
        )


def _drawn(search: RandomSearch, *, stored: bool) -> Iterator[Change]:
    texts = {
        path: list(map(written, space.values)) for path, space in search.space.items() if isinstance(space, Choice)
    }
    choices = {path: space.values for path, space in search.space.items() if isinstance(space, Choice)}
    for draw in draws(search, stored=stored):
        yield Change(
            label({path: texts[path][int(one)] if path in texts else written(one) for path, one in draw.items()}),
            {path: choices[path][int(one)] if path in choices else one for path, one in draw.items()},
        )


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
