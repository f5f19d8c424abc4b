"""Extends a sweep by more seeds, values, draws or variants."""

import json
from collections.abc import Mapping
from typing import Any

from gradus.errors import InvalidSpec
from gradus.pointer import escaped, keys_of
from gradus.resolution.stored_rows import StoredRows
from gradus.resolved import FactsOf
from gradus.sweep.changes import changes
from gradus.sweep.columns import without_each_column
from gradus.sweep.expand import Expansion, Member, expand
from gradus.sweep.limits import Check, nothing_to_check
from gradus.sweep.request import SweepExtension, SweepRequest, patches
from gradus.wire.problem import Mistake


def extended(
    request: SweepRequest,
    more: SweepExtension,
    facts_of: FactsOf,
    check: Check = nothing_to_check,
    rows: StoredRows | None = None,
) -> tuple[Expansion, tuple[Member, ...]]:
    """The extended sweep, and its new members.

    Raises:
        InvalidSpec: the extension does not fit the sweep, or gives invalid experiments.
    """
    try:
        return _extended(request, more, facts_of, check, rows)
    except InvalidSpec as error:
        wrong = [one.model_copy(update={"path": place_in(more, one.path)}) for one in error.errors]
    raise InvalidSpec(f"{wrong[0].path}: {wrong[0].message}", errors=wrong)


def place_in(more: SweepExtension, path: str) -> str:
    """The place in an extension that a place in the extended request comes from: the key that adds it, or the first key
    if the place was there before."""
    given = more.model_dump(exclude_none=True)
    top, *below = keys_of(path) or ("",)
    if top not in given:
        return next(iter(given), path)
    names = given[top]
    is_new = not below or (isinstance(names, Mapping) and below[0] in names)
    return path if is_new else top


def _extended(
    request: SweepRequest, more: SweepExtension, facts_of: FactsOf, check: Check, rows: StoredRows | None
) -> tuple[Expansion, tuple[Member, ...]]:
    """As `extended`, but mistakes are at their places in the extended request."""
    if more.variants == "columns":
        more = more.model_copy(update={"variants": _columns(request, facts_of)})
    wrong = [*_misfits(request, more)]
    if wrong:
        raise InvalidSpec(f"{wrong[0].path}: {wrong[0].message}", errors=wrong)
    there = {(change.label, seed) for change in changes(request) for seed in request.all_seeds}
    whole = expand(_merged(request, more), facts_of, check, rows)
    return whole, tuple(member for member in whole.members if (member.label, member.seed) not in there)


def _columns(request: SweepRequest, facts_of: FactsOf) -> dict[str, dict[str, Any]]:
    """The variants that `"columns"` stands for, without changes that the sweep has already, under whatever label."""
    found = without_each_column(request.base.dataset, facts_of(request.base.dataset))
    if request.variants is None:
        return found
    present = (patches(request) or {}).values()
    return {label: patch for label, patch in found.items() if patch not in present}


def _misfits(request: SweepRequest, more: SweepExtension) -> list[Mistake]:
    ways = ("grid", "random", "variants")
    wrong = [
        Mistake(path=way, message=f"the sweep has no {way} to extend")
        for way in ways
        if getattr(more, way) is not None and getattr(request, way) is None
    ]
    wrong += [
        Mistake(path=f"grid/{escaped(path)}", message="is not in the sweep's grid: create another sweep for this path")
        for path in more.grid or ()
        if request.grid is not None and path not in request.grid
    ]
    wrong += [
        Mistake(path=f"variants/{escaped(label)}", message="is in the sweep with a different change: use another label")
        for label, patch in (patches(more) or {}).items()
        if (patches(request) or {}).get(label, patch) != patch
    ]
    return wrong


def _merged(request: SweepRequest, more: SweepExtension) -> SweepRequest:
    """The extended request: existing entries keep their order, new ones follow."""
    added: dict[str, Any] = {"seeds": _union(request.all_seeds, more.seeds or ())}
    if request.grid is not None:
        added["grid"] = _grid(request.grid, more.grid or {})
    if (variants := patches(request)) is not None:
        added["variants"] = {**variants, **(patches(more) or {})}
    if request.random is not None and more.random is not None:
        added["random"] = request.random.model_copy(update={"n": max(request.random.n, more.random.n)})
    return request.model_copy(update=added)


def _grid(grid: Mapping[str, tuple[Any, ...]], more: Mapping[str, tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    return {path: _union(values, more.get(path, ())) for path, values in grid.items()}


def _union(values: tuple[Any, ...], more: tuple[Any, ...]) -> tuple[Any, ...]:
    """The union in order, compared as JSON, because values may be objects and true is not 1."""
    found = {json.dumps(value, sort_keys=True): value for value in values}
    for value in more:
        found.setdefault(json.dumps(value, sort_keys=True), value)
    return tuple(found.values())
