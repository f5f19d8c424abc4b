"""The draws of a random search: n distinct ones, or an error if the space is too small."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from gradus.errors import InvalidSpec
from gradus.sweep.request import MAX_MEMBERS, RandomSearch
from gradus.sweep.space import DIGITS, Bounded, Choice, Integer, LogUniform, UniformSpace, draw, drawn_share
from gradus.wire.problem import Mistake

TRIES = 100
"""Draws per requested member before a space counts as exhausted. Older versions used it for any number of paths; with
fewer draws, some experiments of their sweeps would not be found again."""
SIZE_LIMIT = 10 * MAX_MEMBERS
"""Sizes above this limit are treated as equal: they exceed any sweep."""
MAX_DRAWN_VALUES = 100_000
"""Limit of values drawn for a new search; drawing a value takes some microseconds."""


def draws(search: RandomSearch, *, stored: bool = False) -> Iterator[dict[str, int | float]]:
    """Distinct draws: numbers by path; for a choice, the index of the value.

    stored: the sweep exists already, and may have been accepted under other limits: yields as many draws as are found.

    Raises:
        InvalidSpec: the space has fewer than n distinct draws, and the search is new.
    """
    places = {path: _places(space) for path, space in search.space.items() if isinstance(space, Choice)}
    sizes = {path: _size(space, places.get(path, ())) for path, space in search.space.items()}
    if (most := math.prod(sizes.values())) < search.n and not stored:
        raise _exhausted(search, most)
    places = {path: found if sizes[path] > 1 else [] for path, found in places.items()}
    seen: set[tuple[int | float, ...]] = set()
    for number in range(TRIES * search.n if stored else _tries(search.n, sizes.values())):
        if len(seen) == search.n:
            return
        values = {path: _drawn(search, path, places.get(path, ()), number) for path in search.space}
        key = tuple(values.values())
        if key not in seen:
            seen.add(key)
            yield values
    if len(seen) < search.n and not stored:
        raise _exhausted(search, len(seen))


def _tries(n: int, sizes: Iterable[int]) -> int:
    """Number of draws before the space of a new search counts as exhausted, given the sizes of its parts."""
    varied = sum(size > 1 for size in sizes)
    return max(2 * n, min(TRIES * n, MAX_DRAWN_VALUES // max(1, varied)))


def _drawn(search: RandomSearch, path: str, places: Sequence[int], number: int) -> int | float:
    """The value of `draw`; for a choice, the index of the first equal value. A choice with one value has no places and
    draws no random number."""
    space = search.space[path]
    if not isinstance(space, Choice):
        drawn: int | float = draw(space, search.seed, path, number)
        return drawn
    if not places:
        return 0
    return places[int(drawn_share(search.seed, path, number) * len(places))]


def _places(space: Choice) -> list[int]:
    """For each value, the index of the first equal value."""
    first: dict[str, int] = {}
    return [first.setdefault(json.dumps(value, sort_keys=True), i) for i, value in enumerate(space.values)]


def _size(space: Choice | Bounded, places: Sequence[int]) -> int:
    """Upper bound of the number of distinct values, at most `SIZE_LIMIT`."""
    match space:
        case Choice():
            return len(set(places))
        case Integer(low=low, high=high):
            return min(high - low + 1, SIZE_LIMIT)
        case UniformSpace(low=low, high=high) | LogUniform(low=low, high=high):
            return _numbers(low, high)
        case _:
            assert_never(space)


def _numbers(low: float, high: float) -> int:
    """Upper bound of the number of values with `DIGITS` significant digits between the bounds, including the bounds."""
    if low <= 0 <= high:
        return SIZE_LIMIT
    least = min(abs(low), abs(high))
    return int(min((high - low) / 10.0 ** (math.floor(math.log10(least)) - DIGITS + 1) + 3, SIZE_LIMIT))


def _exhausted(search: RandomSearch, found: int) -> InvalidSpec:
    message = f"has only {found} distinct members, but n is {search.n}: use a smaller n"
    return InvalidSpec(f"random/space: {message}", errors=[Mistake(path="random/space", message=message)])
