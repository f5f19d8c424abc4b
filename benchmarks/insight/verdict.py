"""What a detector reported about a spec, and whether that is right."""

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
        """The findings of the probe and of the run together, the root cause first. A finding of the run replaces the
        probe's finding with the same id, which is based on less. But a note does not replace an alarm, and patches that
        were probed come before others."""
        found = {one.id: one for one in self.probe}
        for one in self.run:
            known = found.get(one.id)
            if known is None:
                found[one.id] = one
            elif one.severity in ALARMS or known.severity not in ALARMS:
                found[one.id] = one.model_copy(update={"patches": known.patches or one.patches})
        return root_cause_first(one.model_copy(update={"consequence_of": None}) for one in found.values())


def alarms(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The critical findings and the warnings, in their order."""
    return tuple(one for one in findings if one.severity in ALARMS)


def first_patch(findings: Sequence[Finding]) -> Mapping[str, Any] | None:
    """The first patch of the first finding. It is the one that is tried if only one more training is allowed."""
    return findings[0].patches[0].patch if findings and findings[0].patches else None


@dataclass(frozen=True)
class Naming:
    """Whether the findings name the right fault."""

    detected: bool
    first: bool
    """Whether the first alarm names the fault."""
    three: bool
    """Whether one of the first three alarms names the fault."""
    layer: bool | None
    """Whether the alarm that names the fault also names its layer; None if the fault is not in particular layers."""


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
    """The effect of a patch."""

    repaired: bool
    harmed: bool
    closed: float | None
    """The part of the gap to the reference that the patch has closed, in points."""


def repair(bar: Bar, sick: Sequence[Score], patched: Sequence[Score], healthy: Sequence[Score] | None) -> Repair:
    """The effect of a patch on a spec, paired by seed."""
    closed = None
    if healthy is not None:
        gap = sum(y.points - x.points for x, y in zip(sick, healthy, strict=True))
        won = sum(y.points - x.points for x, y in zip(sick, patched, strict=True))
        closed = won / gap if gap > 0 else None
    return Repair(bar.is_better(sick, patched), bar.is_worse(sick, patched), closed)
