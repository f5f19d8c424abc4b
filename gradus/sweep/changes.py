"""The changes of a sweep to its base experiment, each with a label."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from gradus.errors import InvalidSpec
from gradus.fork import unpinned
from gradus.merge import merged
from gradus.paths import NoSuchIndex, put
from gradus.pointer import pointer
from gradus.sweep.draws import draws
from gradus.sweep.labels import label, uncut, written
from gradus.sweep.request import BASE, MAX_MEMBERS, RandomSearch, SweepRequest, patches
from gradus.sweep.space import Choice
from gradus.wire.problem import Mistake


@dataclass(frozen=True)
class Change:
    """One change of the base."""

    label: str
    changes: Mapping[str, Any]
    """Values by path; for a variant, its merge patch; empty for the base itself."""


def changes(request: SweepRequest) -> tuple[Change, ...]:
    """All changes of a request, in its order. Extending the request only adds changes.

    Raises:
        InvalidSpec: there are too many changes, or fewer than requested.
    """
    if (variants := patches(request)) is not None:
        _refuse_base(variants)
    elif request.grid is not None:
        _refuse_too_many("grid", math.prod(map(len, request.grid.values())), request)
    else:
        assert request.random is not None
        _refuse_too_many("random/n", request.random.n, request)
    found = _expanded(request, stored=False)
    _refuse_too_many("seeds", len(found), request)
    return found


def stored_changes(request: SweepRequest) -> tuple[Change, ...]:
    """The changes of an existing sweep. Current limits are not checked: it was accepted under those of its time."""
    return _expanded(request, stored=True)


def _expanded(request: SweepRequest, *, stored: bool) -> tuple[Change, ...]:
    if (variants := patches(request)) is not None:
        return (Change(BASE, {}), *(Change(label, patch) for label, patch in variants.items()))
    if request.grid is not None:
        return tuple(_combined(request.grid))
    assert request.random is not None
    return tuple(_drawn(request.random, stored=stored))


def long_label(change: Change) -> str:
    """The label of a change in older versions, which did not truncate labels: stored experiments may still have it."""
    return ", ".join(f"{path}={uncut(value)}" for path, value in change.changes.items())


def in_order(paths: Mapping[str, Any]) -> list[str]:
    """The paths in the order in which to set them: shorter paths first, and `kind` before the other keys of its
    object."""
    return sorted(paths, key=lambda path: (path.count("."), not path.endswith(".kind")))


def changed(document: dict[str, Any], change: Change, *, patch: bool) -> dict[str, Any]:
    """The base's document with the change applied: as a merge patch, or by setting values at their paths.

    Raises:
        InvalidSpec: a path has an invalid list index.
    """
    if patch:
        dataset = change.changes.get("dataset")
        return dict(merged(unpinned(document, dataset if isinstance(dataset, Mapping) else ()), change.changes))
    document = unpinned(document, {path[8:] for path in change.changes if path.startswith("dataset.")})
    for path in in_order(change.changes):
        try:
            document = put(document, path, change.changes[path])
        except NoSuchIndex as error:
            raise InvalidSpec(str(error), errors=[Mistake(path=slashed(path), message=str(error))]) from None
    return document


def slashed(path: str) -> str:
    """A dotted path in the notation of a mistake's place."""
    return pointer(path.split("."))


def _combined(grid: Mapping[str, Sequence[Any]]) -> Iterator[Change]:
    """Every combination of the grid. Each value's label text is computed only once."""
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
        message = "is the label of the base itself: use another label"
        raise InvalidSpec(f"variants/{BASE}: {message}", errors=[Mistake(path=f"variants/{BASE}", message=message)])


def _refuse_too_many(path: str, combinations: int, request: SweepRequest) -> None:
    seeds = len(request.seeds or (request.base.seed,))
    if combinations * seeds > MAX_MEMBERS:
        message = (
            f"{combinations:,} combinations with {seeds:,} seed{'s' * (seeds > 1)} each make "
            f"{combinations * seeds:,} experiments, but a sweep may have at most {MAX_MEMBERS:,}"
        )
        raise InvalidSpec(f"{path}: {message}", errors=[Mistake(path=path, message=message)])
