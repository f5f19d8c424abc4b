"""Paths of a sweep that lead to one place: what one of them says the other would overwrite without a word."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import permutations
from typing import Any

from gradus.errors import InvalidSpec
from gradus.paths import says
from gradus.sweep.labels import QUOTED, cut, written
from gradus.sweep.request import SweepRequest
from gradus.sweep.space import Choice
from gradus.wire.problem import MOST, Mistake


def refuse_clashes(request: SweepRequest) -> None:
    """A path may lead into the value of another, to say what that leaves open: `optimizer.lr` into "sgd".

    Raises:
        InvalidSpec: it leads to what the value says itself, or into one that is switched off.
    """
    swept, way = _swept(request)
    wrong: list[Mistake] = []
    for outer, inner in permutations(swept, 2):
        if inner.startswith(f"{outer}.") and len(wrong) <= MOST:
            keys = inner[len(outer) + 1 :].split(".")
            wrong += [Mistake(path=f"{way}/{inner}", message=why) for why in _clash(outer, swept[outer], keys)]
    if wrong:
        raise InvalidSpec(f"{wrong[0].path}: {wrong[0].message}", errors=wrong)


def _swept(request: SweepRequest) -> tuple[Mapping[str, Sequence[Any]], str]:
    """The values of each path, as far as they are listed."""
    if request.grid is not None:
        return request.grid, "grid"
    if request.random is None:
        return {}, "variants"
    space = request.random.space
    return {path: one.values if isinstance(one, Choice) else () for path, one in space.items()}, "random/space"


def _clash(outer: str, values: Iterable[Any], keys: Sequence[str]) -> Iterator[str]:
    """At most one sentence."""
    name = cut(".".join(keys), QUOTED)
    for value in values:
        if value is None or value is False:
            yield f"there is no '{name}' where '{outer}' is {json.dumps(value)}: take that value out"
            return
        if says(outer, value, keys):
            yield f"'{outer}' says it already, with {cut(written(value), QUOTED)}: leave one of the two out"
            return
