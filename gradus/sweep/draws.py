"""The draws of a random search: different ones, as many as are wanted, or a refusal before long."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from gradus.errors import InvalidSpec
from gradus.sweep.request import MAX_MEMBERS, RandomSearch
from gradus.sweep.space import DIGITS, Bounded, Choice, Integer, LogUniform, UniformSpace, draw, drawn_share
from gradus.wire.problem import Mistake

TRIES = 100
"""Draws for each one that is wanted before a space counts as exhausted. Sweeps of earlier versions had them all,
however many paths they draw for: with fewer, some of their experiments would not be found again."""
MANY = 10 * MAX_MEMBERS
VALUES = 100_000
"""Values that may be drawn for that in all; drawing one takes some microseconds."""


def draws(search: RandomSearch, *, stored: bool = False) -> Iterator[dict[str, int | float]]:
    """Different draws: numbers by path, and of a choice the place of the value.

    stored: of a sweep that is there. It was accepted, maybe under other bounds; as many as are found are its draws.

    Raises:
        InvalidSpec: the space has not so many, and the search is new.
    """
    places = {path: _places(space) for path, space in search.space.items() if isinstance(space, Choice)}
    sizes = {path: _size(space, places.get(path, ())) for path, space in search.space.items()}
    if (most := math.prod(sizes.values())) < search.n and not stored:
        raise _exhausted(search, most)
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
    """Draws before the space of a new search counts as exhausted, by the sizes of its parts."""
    varied = sum(size > 1 for size in sizes)
    return max(2 * n, min(TRIES * n, VALUES // max(1, varied)))


def _drawn(search: RandomSearch, path: str, places: Sequence[int], number: int) -> int | float:
    """As `draw`; of a choice the first place of an equal value. There is nothing to draw among one."""
    space = search.space[path]
    if not isinstance(space, Choice):
        drawn: int | float = draw(space, search.seed, path, number)
        return drawn
    if not any(places):
        return 0
    return places[int(drawn_share(search.seed, path, number) * len(places))]


def _places(space: Choice) -> list[int]:
    """For each value the place of the first that is the same."""
    first: dict[str, int] = {}
    return [first.setdefault(json.dumps(value, sort_keys=True), i) for i, value in enumerate(space.values)]


def _size(space: Choice | Bounded, places: Sequence[int]) -> int:
    """How many values it has, at most; more than a sweep can hold are all the same."""
    match space:
        case Choice():
            return len(set(places))
        case Integer(low=low, high=high):
            return min(high - low + 1, MANY)
        case UniformSpace(low=low, high=high) | LogUniform(low=low, high=high):
            return _numbers(low, high)
        case _:
            assert_never(space)


def _numbers(low: float, high: float) -> int:
    """Numbers of so many digits between the bounds, at most; and the bounds."""
    if low <= 0 <= high:
        return MANY
    least = min(abs(low), abs(high))
    return int(min((high - low) / 10.0 ** (math.floor(math.log10(least)) - DIGITS + 1) + 3, MANY))


def _exhausted(search: RandomSearch, found: int) -> InvalidSpec:
    message = f"has only {found} different members, and {search.n} are asked for: take a smaller n"
    return InvalidSpec(f"random/space: {message}", errors=[Mistake(path="random/space", message=message)])
