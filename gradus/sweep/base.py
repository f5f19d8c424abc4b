"""The base of a sweep: the spec that the changes are applied to."""

from typing import Any

from gradus.errors import InvalidSpec
from gradus.facts import Facts, TableFacts
from gradus.fork import unresolved
from gradus.resolution.stored_rows import StoredRows
from gradus.resolved import FactsOf, ResolvedSpec, default_validation, resolve
from gradus.spec.dataset import Dataset
from gradus.sweep.changes import slashed
from gradus.sweep.request import SweepRequest


def based(
    request: SweepRequest, facts_of: FactsOf, rows: StoredRows | None
) -> tuple[SweepRequest, ResolvedSpec | None]:
    """The request with the version and digest of its base's data set, and the base as an experiment with the first
    seed; None if the base by itself is not a valid experiment, but the sweep sets the invalid values.

    Raises:
        InvalidSpec: the base is invalid, and the changes do not set the invalid values.
    """
    base = request.base.model_copy(update={"seed": request.all_seeds[0]})
    try:
        facts = facts_of(base.dataset)
        resolved = resolve(base, facts, rows)
    except InvalidSpec as error:
        if error.errors and all(_is_swept(request, mistake.path) for mistake in error.errors):
            return request, None
        wrong = [one.model_copy(update={"path": f"base/{one.path}"}) for one in error.errors]
        raise InvalidSpec(f"{wrong[0].path}: {wrong[0].message}", errors=wrong) from None
    pinned = request.base.model_copy(update={"dataset": _pinned(request.base.dataset, facts)})
    return request.model_copy(update={"base": pinned}), resolved


def base_document(request: SweepRequest, facts_of: FactsOf) -> dict[str, Any]:
    """The base's document with the first seed, without inherited values, so that changes to what layers and the data
    set inherit take effect."""
    try:
        size = default_validation(facts_of(request.base.dataset))
    except InvalidSpec:  # every change names another data set
        size = None
    return unresolved(request.base.written_out(), size) | {"seed": request.all_seeds[0]}


def _pinned(dataset: Dataset, facts: Facts) -> Dataset:
    if not isinstance(facts, TableFacts):
        return dataset
    return dataset.model_copy(update={"version": facts.version, "digest": facts.digest})


def _is_swept(request: SweepRequest, path: str) -> bool:
    """Whether a grid or a random search sets the place, or a part of it. Variants do not count, because one of them is
    the base itself."""
    swept = map(slashed, request.grid or (request.random.space if request.random else {}))
    return any(_inside(path, one) or _inside(one, path) for one in swept)


def _inside(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}/")
