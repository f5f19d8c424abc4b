"""Detects conflicting paths of a sweep, of which one would silently overwrite the other."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import permutations
from typing import Any

from gradus.errors import InvalidSpec
from gradus.paths import says
from gradus.pointer import escaped
from gradus.sweep.labels import MAX_QUOTED, cut, written
from gradus.sweep.request import SweepRequest
from gradus.sweep.space import Choice
from gradus.wire.problem import MOST, Mistake


def refuse_clashes(request: SweepRequest) -> None:
    """Refuse conflicting paths. A path may extend another path if the values of that path do not set the same key:
    `optimizer.lr` and `optimizer` with the value "sgd".

    Raises:
        InvalidSpec: a value of the shorter path sets the same key, or is null or false.
    """
    swept, way = _swept(request)
    wrong: list[Mistake] = []
    for outer, inner in permutations(swept, 2):
        if inner.startswith(f"{outer}.") and len(wrong) <= MOST:
            keys = inner[len(outer) + 1 :].split(".")
            wrong += [Mistake(path=f"{way}/{escaped(inner)}", message=why) for why in _clash(outer, swept[outer], keys)]
    if wrong:
        raise InvalidSpec(f"{wrong[0].path}: {wrong[0].message}", errors=wrong)


def _swept(request: SweepRequest) -> tuple[Mapping[str, Sequence[Any]], str]:
    """The values of each path (if they are listed), and the request's key that contains the paths."""
    if request.grid is not None:
        return request.grid, "grid"
    if request.random is None:
        return {}, "variants"
    space = request.random.space
    return {path: one.values if isinstance(one, Choice) else () for path, one in space.items()}, "random/space"


def _clash(outer: str, values: Iterable[Any], keys: Sequence[str]) -> Iterator[str]:
    """The error messages for a pair of paths, at most one."""
    name = cut(".".join(keys), MAX_QUOTED)
    for value in values:
        if value is None or value is False:
            yield f"there is no '{name}' where '{outer}' is {json.dumps(value)}: remove that value"
            return
        if says(outer, value, keys):
            yield f"'{outer}' already sets this key, with {cut(written(value), MAX_QUOTED)}: remove one of the two"
            return
