"""Expands a sweep request into its experiments, or reports all its errors."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from gradus.errors import InvalidSpec
from gradus.paths import unknown
from gradus.pointer import escaped
from gradus.resolution.stored_rows import StoredRows
from gradus.resolved import FactsOf, ResolvedSpec, resolve
from gradus.spec.experiment import Spec
from gradus.sweep.base import base_document, based
from gradus.sweep.changes import Change, changed, changes, in_order, slashed
from gradus.sweep.clashes import refuse_clashes
from gradus.sweep.columns import without_each_column
from gradus.sweep.labels import quoted
from gradus.sweep.limits import Check, nothing_to_check, refuse_layers, refuse_size
from gradus.sweep.names import named
from gradus.sweep.request import SweepRequest
from gradus.wire.mistakes import mistakes
from gradus.wire.problem import MOST, Mistake
from gradus.wire.unknown import unknown_key

_OWNED = {"seed": "name the seeds in 'seeds'", "name": "a sweep names its experiments by their labels"}
"""Keys that a change may not set, and why."""


@dataclass(frozen=True)
class _Resolver:
    """What resolution needs to know about data sets."""

    facts_of: FactsOf
    rows: StoredRows | None


_Made = tuple[Change, ResolvedSpec]
"""A change and its experiment, with the first seed."""


@dataclass(frozen=True)
class Member:
    """One experiment of a sweep, identified by label and seed."""

    label: str
    seed: int
    resolved: ResolvedSpec


@dataclass(frozen=True)
class Expansion:
    """The experiments of a sweep request."""

    request: SweepRequest
    """The resolved request."""
    changes: tuple[Change, ...]
    members: tuple[Member, ...]
    """Members by change, then by seed."""
    base_label: str | None
    """The label of the change that equals the base; None if there is none."""


def expand(
    request: SweepRequest, facts_of: FactsOf, check: Check = nothing_to_check, rows: StoredRows | None = None
) -> Expansion:
    """Expand a request into all experiments of the sweep, each resolved.

    facts_of: returns the facts of a data set; called once for each experiment.
    check: called for each change; may raise to abort.
    rows: gives what the facts of tables do not contain.

    Raises:
        InvalidSpec: the request is invalid; `errors` names invalid experiments by their labels.
    """
    request = request.model_copy(update={"seeds": request.all_seeds})
    if request.variants == "columns":
        return _without_each_column(request, facts_of, check, rows)
    _refuse_paths(request)
    refuse_clashes(request)
    found = changes(request)
    _refuse_duplicate_labels(request, found)
    refuse_size(request, found)
    request, base = based(request, facts_of, rows)
    made = _make(request, found, _Resolver(facts_of, rows), check)
    request = request.resolved((base or made[0][1]).data.task)
    _refuse_unmeasured(request, made)
    fingerprints = _fingerprints(made, check)
    _refuse_duplicates(request, made, fingerprints)
    members = (
        Member(change.label, seed, named(resolved, request, change.label, seed))
        for change, resolved in made
        for seed in request.all_seeds
    )
    labels = (
        change.label for (change, _), its in zip(made, fingerprints, strict=True) if base and its == base.fingerprint
    )
    return Expansion(request, tuple(change for change, _ in made), tuple(members), next(labels, None))


def _without_each_column(request: SweepRequest, facts_of: FactsOf, check: Check, rows: StoredRows | None) -> Expansion:
    """Expand `"columns"` into variants. Mistakes in them are at `variants`, as the request has no labels."""
    request, _ = based(request, facts_of, rows)
    variants = without_each_column(request.base.dataset, facts_of(request.base.dataset))
    try:
        return expand(request.model_copy(update={"variants": variants}), facts_of, check, rows)
    except InvalidSpec as error:
        wrong = [one.model_copy(update={"path": _without_label(one.path)}) for one in error.errors]
    raise InvalidSpec(f"{wrong[0].path}: {wrong[0].message}", errors=wrong)


def _without_label(path: str) -> str:
    return "variants" if _inside(path, "variants") else path


def _fingerprints(made: Sequence[_Made], check: Check) -> list[str]:
    fingerprints = []
    for _, resolved in made:
        check()
        fingerprints.append(resolved.fingerprint)
    return fingerprints


def _make(request: SweepRequest, found: Sequence[Change], resolver: _Resolver, check: Check) -> list[_Made]:
    """The experiment of each change, with the first seed."""
    document = base_document(request, resolver.facts_of)
    made: list[_Made] = []
    wrong: list[Mistake] = []
    layers = 0
    for change in found:
        check()
        try:
            resolved = _experiment(request, document, change, resolver)
        except InvalidSpec as error:
            wrong += [_labelled(one, change.label) for one in error.errors]
        else:
            made.append((change, resolved))
            layers += len(resolved.spec.layers)
            refuse_layers(layers, request)
        if len(wrong) > MOST:
            break
    _refuse(wrong)
    return made


def _refuse_paths(request: SweepRequest) -> None:
    """Refuse paths that no spec has, before values are drawn or combined for them."""
    swept = request.grid or (request.random.space if request.random else {})
    found = ((path, unknown(path)) for path in swept)
    _refuse(
        [
            Mistake(path=f"{_request_key(request)}/{escaped(path)}", message=unknown_key(Spec, place))
            for path, place in found
            if place is not None
        ]
    )


def _refuse(wrong: Sequence[Mistake]) -> None:
    if wrong:
        raise InvalidSpec(f"{wrong[0].path}: {wrong[0].message}", errors=wrong)


def _experiment(request: SweepRequest, document: dict[str, Any], change: Change, resolver: _Resolver) -> ResolvedSpec:
    """The base experiment with the change.

    Raises:
        InvalidSpec: the result is not a valid experiment.
    """
    wrong = [Mistake(path=key, message=why) for key, why in _OWNED.items() if key in change.changes]
    if not wrong:
        try:
            experiment = Spec.model_validate(changed(document, change, patch=request.variants is not None))
            return resolve(experiment, resolver.facts_of(experiment.dataset), resolver.rows)
        except ValidationError as error:
            wrong = list(mistakes(error))
        except InvalidSpec as error:
            wrong = list(error.errors)
    raise InvalidSpec("", errors=[one.model_copy(update={"path": _place(request, change, one.path)}) for one in wrong])


def _refuse_unmeasured(request: SweepRequest, made: Sequence[_Made]) -> None:
    """Refuse experiments that do not have the objective's metric."""
    assert request.objective is not None
    metric = request.objective.metric
    _refuse(
        [
            _labelled(Mistake(path="objective/metric", message=message), change.label)
            for change, one in made
            if not request.objective.measures(one.data.task)
            for message in [f"'{one.spec.dataset.name}' is a regression task and has no {metric}: use a loss"]
        ]
    )


def _place(request: SweepRequest, change: Change, path: str) -> str:
    """The path within the request that corresponds to a path within an experiment."""
    way = _request_key(request)
    if request.variants is not None:
        return "/".join(filter(None, (way, escaped(change.label), path)))
    here = [swept for swept in change.changes if _inside(path, slashed(swept))]
    if here:
        swept = max(here, key=len)
        return f"{way}/{escaped(swept)}{path[len(slashed(swept)) :]}"
    below = [swept for swept in in_order(change.changes) if path and _inside(slashed(swept), path)]
    return f"{way}/{escaped(below[0])}" if below else way


def _inside(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}/")


def _request_key(request: SweepRequest) -> str:
    if request.grid is not None:
        return "grid"
    return "variants" if request.variants is not None else "random/space"


def _refuse_duplicates(request: SweepRequest, made: Sequence[_Made], fingerprints: Sequence[str]) -> None:
    """Refuse changes that give the same experiment, whose runs would be identical."""
    first: dict[str, str] = {}
    wrong: list[Mistake] = []
    for (change, _), its in zip(made, fingerprints, strict=True):
        if its in first:
            message = f"{quoted(change.label)} gives the same experiment as {quoted(first[its])}: remove one of them"
            wrong.append(Mistake(path=_place(request, change, ""), message=message))
        first.setdefault(its, change.label)
    _refuse(wrong)


def _refuse_duplicate_labels(request: SweepRequest, found: Sequence[Change]) -> None:
    """Refuse equal labels, because labels identify results. A text and a number may have the same label."""
    twice = [label for label, count in Counter(change.label for change in found).items() if count > 1]
    _refuse([Mistake(path=_request_key(request), message=f"two changes have the label {quoted(one)}") for one in twice])


def _labelled(mistake: Mistake, label: str) -> Mistake:
    return mistake.model_copy(update={"message": f"{mistake.message} (in {quoted(label)})"})
