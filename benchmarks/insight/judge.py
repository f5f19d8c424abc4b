"""Judges findings on the labelled specs of a half: detection, names, layers, repair, false alarms and harm."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.insight.cases import Case, Source
from benchmarks.insight.effect import Score
from benchmarks.insight.labels import Label
from benchmarks.insight.runs import Runs
from benchmarks.insight.verdict import Answer, Naming, Repair, alarms, first_patch, naming, repair
from gradus.wire.finding import Finding

DEAREST = 5
"""A patch that trains on more than this many times as many examples does not count as a cure by one retraining."""
Ask = Callable[[Source], tuple[Answer, Mapping[str, tuple[str, ...]]]]
"""A function that returns the findings about a spec, and the faults that published rules name."""


@dataclass(frozen=True)
class Patched:
    """The effect of the first patch of a finding."""

    finding: str
    patch: Mapping[str, Any]
    effect: Repair
    gain: float
    """The gain in points, or the relative decrease of the loss."""


@dataclass(frozen=True)
class Judged:
    """A spec, the findings about it, and whether they are right."""

    case: Case
    label: Label
    answer: Answer
    naming: Naming
    at_start: Naming
    """How the findings of the probe alone name the fault."""
    patched: Patched | None
    """The first patch of the first alarm; for a healthy spec, that of the first finding that has a patch, even if it is
    a note."""
    published: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def alarms(self) -> tuple[Finding, ...]:
        return alarms(self.answer.both)


def judged(case: Case, label: Label, ask: Ask, runs: Runs | None) -> Judged:
    """Ask for the findings about a spec. With `runs`, also train with their first patch."""
    answer, published = ask(case.source)
    found = alarms(answer.both)
    tried = found if case.is_sick else tuple(one for one in answer.both if one.patches)
    return Judged(
        case,
        label,
        answer,
        naming(case, found),
        naming(case, alarms(answer.probe)),
        None if runs is None else _patched(case, tried, runs),
        published,
    )


def _patched(case: Case, found: Sequence[Finding], runs: Runs) -> Patched | None:
    patch = first_patch(found)
    if patch is None or not case.is_curable or not runs.is_valid(case.source.patched(patch)):
        return None
    if _work(case.source.patched(patch), runs) > DEAREST * _work(case.source, runs):
        return None
    sick, after = runs.scores(case.source), runs.scores(case.source.patched(patch))
    healthy = runs.scores(case.reference) if case.reference else None
    bar = runs.bar(case)
    return Patched(found[0].id, patch, repair(bar, sick, after, healthy), bar.change(sick, after).gain)


def _work(source: Source, runs: Runs) -> int:
    """The number of examples that a run computes gradients for."""
    resolved = runs.folder.resolved(source, 0)
    return resolved.data.train_examples * resolved.spec.epochs


def in_words(one: Judged) -> str:
    """A line for one spec: its label, the findings, and the effect of the patch."""
    said = ", ".join(
        f"{found.id}{'' if found.severity in ('critical', 'warning') else ' (note)'}" for found in one.answer.both
    )
    kind = "".join(("D" if one.naming.detected else "-", "1" if one.naming.first else "3" if one.naming.three else "-"))
    cured = ""
    if one.patched is not None:
        effect = "repaired" if one.patched.effect.repaired else "HARMED" if one.patched.effect.harmed else "no gain"
        cured = f" | {dict(one.patched.patch)} {effect} {one.patched.gain:+.3g}"
    return f"{one.label.label:8} {kind} {one.case.name}: {said or 'silent'}{cured}"


def evidence(one: Judged) -> Iterator[str]:
    """The numbers behind the findings, a line each."""
    for found in one.answer.both:
        numbers = "; ".join(
            f"{e.statistic}{f'@{e.layer}' if e.layer else ''}={_short(e.value)} (limit {_short(e.threshold)})"
            for e in found.evidence
        )
        yield f"    {found.severity}: {found.id} {found.layer or ''} {numbers}"


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def scores_in_words(scores: Sequence[Score]) -> str:
    """The mean points and the mean loss, as text."""
    n = len(scores)
    return f"{sum(one.points for one in scores) / n:.1f} points, loss {sum(one.loss for one in scores) / n:.3g}"
