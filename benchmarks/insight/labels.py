"""Labels by effect: which of the specs are sick, at which strength, and which healthy ones no patch improves."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from math import nan
from pathlib import Path
from typing import Literal

from benchmarks.insight.bisection import mildest
from benchmarks.insight.cases import Case, Half, read, strengthened
from benchmarks.insight.catalogue import patches
from benchmarks.insight.effect import Effect, Score, fall_of_loss
from benchmarks.insight.runs import SEEDS, Runs

HERE = Path(__file__).parent
HALVINGS = 4
SCREENED = SEEDS[:3]
"""The number of seeds on which a patch is tried first. It has to reach half of the gain that counts, before the other
seeds are trained."""
CONFIRMED = (5, 6, 7, 8, 9)
"""New seeds on which a patch's gain is confirmed: of twenty patches, one gains by chance."""
SCREEN = 0.5


@dataclass(frozen=True)
class Label:
    """What training showed about a spec."""

    name: str
    label: Literal["sick", "healthy", "neither", "unknown"]
    """`neither`: the spec was meant to be sick and is not, or was meant to be healthy and is improved by a patch.
    `unknown`: it was not trained."""
    points: float = nan
    """Mean score of the spec on the test split."""
    gain: float | None = None
    """The advantage of the reference, or of the best patch: in points, or as the fraction by which its loss is
    lower."""
    p: float | None = None
    loss_fall: float | None = None
    """The fraction by which the reference's loss is lower."""
    by: str | None = None
    """The patch that improves a spec that was meant to be healthy."""
    strength: float | None = None
    """For a spec that is to be made just sick: the mildest sick strength."""


def label(case: Case, runs: Runs) -> Label:
    """The label of a spec whose strength is known."""
    return _sick(case, runs) if case.is_sick else _healthy(case, runs)


def strength_of(case: Case, runs: Runs) -> float | None:
    """The mildest strength at which a spec is sick that is to be made just sick; None if there is none."""
    vary, reference = case.vary, case.reference
    assert vary is not None
    assert reference is not None
    healthy = runs.scores(reference)

    def is_sick(strength: float) -> bool:
        return runs.bar(case).is_better(runs.scores(vary.at(case.source, strength)), healthy)

    return mildest(is_sick, vary.healthy, vary.worst, vary.scale, HALVINGS)


def _sick(case: Case, runs: Runs) -> Label:
    assert case.reference is not None
    scores, healthy = runs.scores(case.source), runs.scores(case.reference)
    bar = runs.bar(case)
    found = bar.change(scores, healthy)
    kind: Literal["sick", "neither"] = "sick" if bar.is_better(scores, healthy) else "neither"
    fall = fall_of_loss(scores, healthy).gain
    return Label(case.name, kind, _mean(scores), _short(found.gain), _short(found.p), _short(fall))


def _healthy(case: Case, runs: Runs) -> Label:
    """The label of a spec that was meant to be healthy. Every patch is tried on three seeds. If it reaches half of the
    gain that counts, it is trained with all seeds; if it then gains enough, beyond chance, it is trained again with new
    seeds."""
    bar, base = runs.bar(case), runs.scores(case.source)
    changes = [(name, case.source.patched(patch)) for name, patch in patches(runs.folder.resolved(case.source, 0))]
    changes = [(name, source) for name, source in changes if runs.is_valid(source)]
    screened = runs.all_scores([source for _, source in changes], SCREENED)
    best: tuple[str, Effect] | None = None
    for (name, source), scores in zip(changes, screened, strict=True):
        if bar.change(base[: len(SCREENED)], scores).gain < SCREEN * bar.least:
            continue
        found = bar.change(base, runs.scores(source))
        if not found.is_sure(bar.least):
            continue
        fresh = bar.change(runs.scores(case.source, CONFIRMED), runs.scores(source, CONFIRMED))
        if fresh.is_sure(bar.least) and (best is None or found.gain > best[1].gain):
            best = name, found
    if best is None:
        return Label(case.name, "healthy", _mean(base))
    name, found = best
    return Label(case.name, "neither", _mean(base), _short(found.gain), _short(found.p), by=name)


def _mean(scores: Sequence[Score]) -> float:
    return _short(sum(one.points for one in scores) / len(scores))


def _short(number: float) -> float:
    return float(f"{number:.4g}")


def labels(half: Half) -> dict[str, Label]:
    """The labels of a half as they were stored, by the name of the spec."""
    file = _file(half)
    document = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    return {one["name"]: Label(**one) for one in document}


def store(half: Half, found: Sequence[Label]) -> None:
    """Replace the labels of a half."""
    document = [{key: value for key, value in asdict(one).items() if value is not None} for one in found]
    _file(half).write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _file(half: Half) -> Path:
    return HERE / f"{half}.labels.json"


def labelled(half: Half) -> Iterator[tuple[Case, Label]]:
    """The specs of a half with their labels. Specs that are to be just sick have the strengths that were found."""
    known = labels(half)
    for case in read(half):
        if case.vary is None:
            yield case, known.get(case.name, Label(case.name, "unknown"))
            continue
        strength = known[case.name].strength if case.name in known else None
        for one in strengthened(case, strength) if strength is not None else ():
            if one.name in known:
                yield one, known[one.name]


def relabelled(cases: Sequence[Case], runs: Runs) -> Iterator[Label]:
    """The labels of specs. Runs whose scores are not known yet are trained."""
    for case in cases:
        if case.vary is None:
            yield label(case, runs)
            continue
        strength = strength_of(case, runs)
        if strength is None:
            yield Label(case.name, "neither", _mean(runs.scores(case.source)))
            continue
        yield Label(case.name, "sick", _mean(runs.scores(case.source)), strength=strength)
        for one in strengthened(case, strength):
            yield replace(label(one, runs), strength=None)
