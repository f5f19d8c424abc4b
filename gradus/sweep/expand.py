"""From a request to the experiments of a sweep, or to every mistake in it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from gradus.errors import InvalidSpec
from gradus.fork import unresolved
from gradus.paths import unknown
from gradus.spec.experiment import Spec
from gradus.sweep.changes import Change, changed, changes, in_order, slashed
from gradus.sweep.clashes import refuse_clashes
from gradus.sweep.labels import quoted
from gradus.sweep.limits import Check, nothing_to_check, refuse_layers, refuse_size
from gradus.sweep.request import SweepRequest
from gradus.wire.problem import MOST, Mistake, mistakes
from gradus.wire.unknown import unknown_key

_OWNED = {"seed": "name the seeds in 'seeds'", "name": "a sweep names its experiments by their labels"}
"""Keys of an experiment that a change may not set."""
_NAME = 200


@dataclass(frozen=True)
class Member:
    """One experiment of a sweep. Label and seed tell it from the others."""

    label: str
    seed: int
    experiment: Spec


@dataclass(frozen=True)
class Expansion:
    """What a request comes to."""

    request: SweepRequest
    """Resolved."""
    changes: tuple[Change, ...]
    members: tuple[Member, ...]
    """All seeds of the first change, then of the next."""
    base_label: str | None
    """The change that leaves the base as it is; None if none does."""


def expand(request: SweepRequest, check: Check = nothing_to_check) -> Expansion:
    """Every experiment of the sweep.

    check: called for each change.

    Raises:
        InvalidSpec: something is wrong with it; `errors` names each experiment that is no valid one by its label.
    """
    request = request.resolved()
    assert request.seeds is not None
    _refuse_paths(request)
    refuse_clashes(request)
    found = changes(request)
    _refuse_names(request, found)
    refuse_size(request, found)
    made = _make(request, found, check)
    prints = _prints(made, check)
    _refuse_twins(request, made, prints)
    base = request.base.model_copy(update={"seed": request.seeds[0]}).fingerprint()
    members = (
        Member(change.label, seed, _named(experiment, request, change.label, seed))
        for change, experiment in made
        for seed in request.seeds
    )
    return Expansion(
        request,
        tuple(change for change, _ in made),
        tuple(members),
        next((change.label for (change, _), its in zip(made, prints, strict=True) if its == base), None),
    )


def _prints(made: Sequence[tuple[Change, Spec]], check: Check) -> list[str]:
    prints = []
    for _, experiment in made:
        check()
        prints.append(experiment.fingerprint())
    return prints


def _make(request: SweepRequest, found: Sequence[Change], check: Check) -> list[tuple[Change, Spec]]:
    """The experiment of each change, with the first seed."""
    assert request.seeds is not None
    document = unresolved(request.base.resolved()) | {"seed": request.seeds[0]}
    made: list[tuple[Change, Spec]] = []
    wrong: list[Mistake] = []
    layers = 0
    for change in found:
        check()
        try:
            experiment = _experiment(request, document, change)
        except InvalidSpec as error:
            wrong += [_labelled(one, change.label) for one in error.errors]
        else:
            made.append((change, experiment))
            layers += len(experiment.layers)
            refuse_layers(layers, request)
        if len(wrong) > MOST:
            break
    _refuse(wrong)
    return made


def _refuse_paths(request: SweepRequest) -> None:
    """Paths that no spec has are told at once: to draw or combine values for them would be in vain."""
    swept = request.grid or (request.random.space if request.random else {})
    found = ((path, unknown(path)) for path in swept)
    _refuse(
        [
            Mistake(path=f"{_way(request)}/{path}", message=unknown_key(Spec, place))
            for path, place in found
            if place is not None
        ]
    )


def _refuse(wrong: Sequence[Mistake]) -> None:
    if wrong:
        raise InvalidSpec(f"{wrong[0].path}: {wrong[0].message}", errors=wrong)


def _experiment(request: SweepRequest, document: dict[str, Any], change: Change) -> Spec:
    """The base with the change.

    Raises:
        InvalidSpec: that is no experiment.
    """
    wrong = [Mistake(path=key, message=why) for key, why in _OWNED.items() if key in change.changes]
    if not wrong:
        try:
            experiment = Spec.model_validate(changed(document, change, patch=request.variants is not None))
        except ValidationError as error:
            wrong = list(mistakes(error))
        except InvalidSpec as error:
            wrong = list(error.errors)
        else:
            return _measured(request, experiment)
    raise InvalidSpec("", errors=[one.model_copy(update={"path": _place(request, change, one.path)}) for one in wrong])


def _measured(request: SweepRequest, experiment: Spec) -> Spec:
    assert request.objective is not None
    dataset = experiment.dataset
    if not request.objective.measures(dataset.facts.task):
        message = f"'{dataset.name}' is a regression and has no {request.objective.metric}: take a loss"
        raise InvalidSpec("", errors=[Mistake(path="objective/metric", message=message)])
    return experiment


def _place(request: SweepRequest, change: Change, path: str) -> str:
    """Where in the request the client wrote what is wrong at this path of an experiment."""
    way = _way(request)
    if request.variants is not None:
        return "/".join(filter(None, (way, change.label, path)))
    here = [swept for swept in change.changes if _inside(path, slashed(swept))]
    if here:
        swept = max(here, key=len)
        return f"{way}/{swept}{path[len(swept) :]}"
    below = [swept for swept in in_order(change.changes) if path and _inside(slashed(swept), path)]
    return f"{way}/{below[0]}" if below else way


def _inside(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}/")


def _way(request: SweepRequest) -> str:
    if request.grid is not None:
        return "grid"
    return "variants" if request.variants is not None else "random/space"


def _refuse_twins(request: SweepRequest, made: Sequence[tuple[Change, Spec]], prints: Sequence[str]) -> None:
    """Changes that come to the same experiment: their runs would be the same, and their difference nothing."""
    first: dict[str, str] = {}
    wrong: list[Mistake] = []
    for (change, _), its in zip(made, prints, strict=True):
        if its in first:
            message = f"{quoted(change.label)} comes to the same experiment as {quoted(first[its])}: leave one out"
            wrong.append(Mistake(path=_place(request, change, ""), message=message))
        first.setdefault(its, change.label)
    _refuse(wrong)


def _refuse_names(request: SweepRequest, found: Sequence[Change]) -> None:
    """Labels tell results apart: a text and a number may be written alike."""
    twice = [label for label, count in Counter(change.label for change in found).items() if count > 1]
    _refuse([Mistake(path=_way(request), message=f"two changes would be called {quoted(one)}") for one in twice])


def _labelled(mistake: Mistake, label: str) -> Mistake:
    return mistake.model_copy(update={"message": f"{mistake.message} (in {quoted(label)})"})


def _named(experiment: Spec, request: SweepRequest, label: str, seed: int) -> Spec:
    """The experiment with another seed, and a name that tells where it belongs."""
    assert request.seeds is not None
    sweep = f"{request.name}: " if request.name else ""
    which = f", seed {seed}" if len(request.seeds) > 1 else ""
    name = f"{sweep[: _NAME // 2]}{label}"[: _NAME - len(which)] + which
    return experiment.model_copy(update={"seed": seed, "name": name})
