"""What a detector said about a spec, and whether that is right."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.insight.cases import Case
from benchmarks.insight.effect import Bar, Score
from gradus.wire.finding import Finding
from insight.root_cause import root_cause_first

ALARMS = ("critical", "warning")


@dataclass(frozen=True)
class Answer:
    """The findings about a spec."""

    probe: tuple[Finding, ...]
    """The findings of the probe, before training."""
    run: tuple[Finding, ...]
    """The findings of the finished run."""

    @property
    def both(self) -> tuple[Finding, ...]:
        """The root cause first. A finding of the run replaces the probe's of the same code, which knew less, but a note
        does not take back an alarm, and probed patches take precedence over others."""
        found = {one.id: one for one in self.probe}
        for one in self.run:
            known = found.get(one.id)
            if known is None:
                found[one.id] = one
            elif one.severity in ALARMS or known.severity not in ALARMS:
                found[one.id] = one.model_copy(update={"patches": known.patches or one.patches})
        return root_cause_first(one.model_copy(update={"consequence_of": None}) for one in found.values())


def alarms(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The critical ones and the warnings, in their order."""
    return tuple(one for one in findings if one.severity in ALARMS)


def first_patch(findings: Sequence[Finding]) -> Mapping[str, Any] | None:
    """The first patch of the first finding: what one retraining tries."""
    return findings[0].patches[0].patch if findings and findings[0].patches else None


@dataclass(frozen=True)
class Naming:
    """Whether the names are right."""

    detected: bool
    first: bool
    """The first alarm names the fault."""
    three: bool
    """One of the first three does."""
    layer: bool | None
    """The alarm that names it names its layer; None if it has none."""


def naming(case: Case, found: Sequence[Finding]) -> Naming:
    """How the alarms name a fault."""
    names = [one.id for one in found]
    right = [one for one in found if one.id in case.accept]
    layer = any(one.layer in case.layers for one in right) if case.layers else None
    return Naming(
        bool(found), names[:1] != [] and names[0] in case.accept, {*names[:3]} & {*case.accept} != set(), layer
    )


@dataclass(frozen=True)
class Repair:
    """What a patch did."""

    repaired: bool
    harmed: bool
    closed: float | None
    """The part of the gap to the reference that it closed, in points."""


def repair(bar: Bar, sick: Sequence[Score], patched: Sequence[Score], healthy: Sequence[Score] | None) -> Repair:
    """The effect of a patch on a spec, paired by seed."""
    closed = None
    if healthy is not None:
        gap = sum(y.points - x.points for x, y in zip(sick, healthy, strict=True))
        won = sum(y.points - x.points for x, y in zip(sick, patched, strict=True))
        closed = won / gap if gap > 0 else None
    return Repair(bar.is_better(sick, patched), bar.is_worse(sick, patched), closed)
