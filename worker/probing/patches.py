"""What the patches of findings would change: each patched spec is probed, too."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from math import isclose
from typing import Any

from pydantic import ValidationError

from gradus.encoding import Misfit
from gradus.fork import changed
from gradus.merge import merged
from gradus.resolution import rules
from gradus.resolved import ResolvedSpec
from gradus.spec.dataset import Dataset
from gradus.spec.experiment import Spec
from gradus.wire.finding import Finding, Patch
from insight import cures
from insight.findings.lr_too_low import higher_rate
from insight.findings.registry import findings_at_start
from insight.fitting import with_fitting_patches
from insight.root_cause import ALARMS
from insight.start import Start
from insight.words import rounded
from worker.probing.measure import best_tried, measured
from worker.probing.sample import multiplications
from worker.training.data import Data

NOTICEABLE = 0.05
SHORT = 30.0
"""If D of a patched network is below this, the patch may include a higher learning rate."""
TIMES = 3.0
"""The least factor by which a higher learning rate must exceed the present one to be included."""
MOST = 8
"""Maximum number of patched specs that are measured."""
BUDGET = 2.5e11
"""Number of multiply-adds after which no other patched spec is measured: about 8 s on a slow core. They are counted,
not timed, so that the answer depends on the spec alone."""
TRIALS = 1
"""Maximum number of patched specs for which learning rates are tried, which takes up to half a second each."""
RATES = frozenset({"lr_too_low", "lr_too_high"})
"""Findings of the first step that mean nothing at a rate that did best in a trial."""


@dataclass(frozen=True)
class Patched:
    """A patched spec's start, and its findings."""

    start: Start
    findings: tuple[Finding, ...]

    @cached_property
    def alarms(self) -> frozenset[str]:
        """The ids of findings that are more than notes."""
        return frozenset(finding.id for finding in self.findings if finding.severity in ALARMS)

    @property
    def critical(self) -> bool:
        """Whether the network will not learn."""
        return any(finding.severity == "critical" for finding in self.findings)


Heals = Callable[[Finding, Patched], bool]
"""Whether a patched network no longer has the finding, and is sound otherwise."""


class _Outcome(Enum):
    """Why a patched spec has no start."""

    MISFIT = auto()
    """It is not valid."""
    UNMEASURED = auto()
    """Other patched specs have used up the budget."""


class Prober:
    """Probes patched specs, each once, until `budget` multiplications are used up."""

    def __init__(self, start: Start, data: Data, load: Callable[[Dataset], Data], budget: float = BUDGET) -> None:
        self._start, self._data, self._load, self._budget = start, data, load, budget
        self._known: dict[str, Patched | _Outcome] = {}
        self._rates: dict[str, float | None] = {}
        self.patched = 0
        """Number of patched specs that were measured."""

    def predicted(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """The findings of a probe, with the patches that heal them and cause no other alarm, each with its predicted
        effect, and with the patches that were not measured."""
        before = Patched(self._start, tuple(findings)).alarms
        return self._each(findings, lambda finding, after: not after.alarms - (before - {finding.id}))

    def predicted_of_run(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """The findings of a run with this start, with the patches that heal them, each with its predicted effect. A
        probe does not see all findings of a run, so a patched network must only lack the finding and be able to
        learn."""
        return self._each(findings, lambda finding, after: finding.id not in after.alarms and not after.critical)

    def _each(self, findings: Sequence[Finding], heals: Heals) -> tuple[Finding, ...]:
        healing = [finding.model_copy(update={"patches": tuple(self._healing(finding, heals))}) for finding in findings]
        return with_fitting_patches(healing, self._start.spec)  # with a rate, one may be as an earlier one

    @property
    def unmeasured(self) -> int:
        """Number of patched specs that were not measured, because others had used up the budget."""
        return sum(one is _Outcome.UNMEASURED for one in self._known.values())

    def _healing(self, finding: Finding, heals: Heals) -> Iterator[Patch]:
        for patch in finding.patches:
            after = self._patched(patch.patch)
            if isinstance(after, Patched) and (needed := self._rate(patch, finding, after)) is not None:
                lr, is_tried = needed
                patch = _with_rate(patch, after.start.spec, lr)  # noqa: PLW2901
                after = self._patched(patch.patch)
                if is_tried and isinstance(after, Patched):
                    after = Patched(after.start, tuple(one for one in after.findings if one.id not in RATES))
            if after is _Outcome.UNMEASURED:
                yield patch
            elif isinstance(after, Patched) and (self._is_tried(patch.patch) or heals(finding, after)):
                yield patch.model_copy(update={"predicted": effect(self._start, after.start)})

    def _is_tried(self, patch: dict[str, Any]) -> bool:
        """Whether the patch changes only the learning rate, to one that did well in a trial: a trial is better evidence
        than the first step."""
        trial = self._start.measured.step.trial
        if trial is None or trial.gain is None or {*patch} != {"optimizer"}:
            return False
        optimizer, kind = patch["optimizer"], self._start.spec.optimizer.kind
        if {*optimizer} - {"kind", "lr"} or optimizer.get("kind", kind) != kind:
            return False
        low, high = sorted((rounded(trial.gain.lr), rounded(trial.middle)))
        return bool(low <= optimizer.get("lr", 0.0) <= high)

    def _rate(self, patch: Patch, finding: Finding, after: Patched) -> tuple[float, bool] | None:
        """The learning rate that the patched network needs, and whether it was tried; None if the present one suits.
        It is the best of those that were tried or, for networks that are too large for that and after `TRIALS` others,
        the one that the first step suggests."""
        if finding.id.startswith("lr_too_") or "optimizer" in patch.patch or (lr := _needed_rate(after)) is None:
            return None
        key = json.dumps(patch.patch, sort_keys=True)
        if key not in self._rates and len(self._rates) < TRIALS:
            self._rates[key] = self._best_tried(patch.patch)
        tried = self._rates.get(key)
        return (lr, False) if tried is None else (tried, True)

    def _best_tried(self, patch: dict[str, Any]) -> float | None:
        resolved = self._resolved(patch)
        if resolved is None or (cost := multiplications(resolved, self._data)) > self._budget:
            return None
        self._budget -= cost
        return best_tried(resolved, self._data_of(resolved))

    def _patched(self, patch: dict[str, Any]) -> Patched | _Outcome:
        """The probe of a patched spec, or why there is none."""
        key = json.dumps(patch, sort_keys=True)
        if key not in self._known:
            self._known[key] = self._probed(patch)
        return self._known[key]

    def _probed(self, patch: dict[str, Any]) -> Patched | _Outcome:
        resolved = self._resolved(patch)
        if resolved is None:
            return _Outcome.MISFIT
        cost = multiplications(resolved, self._data)
        if self.patched == MOST or cost > self._budget:
            return _Outcome.UNMEASURED
        self.patched += 1
        self._budget -= cost
        known = self._start.measured.data if self._has_same_data(resolved) else None
        found = measured(resolved, self._data_of(resolved), known)
        start = Start(resolved.spec, resolved.data, resolved.network, found)
        return Patched(start, findings_at_start(start))

    def _has_same_data(self, resolved: ResolvedSpec) -> bool:
        return bool(resolved.spec.dataset == self._start.spec.dataset)

    def _data_of(self, resolved: ResolvedSpec) -> Data:
        return self._data if self._has_same_data(resolved) else self._load(resolved.spec.dataset)

    def _resolved(self, patch: dict[str, Any]) -> ResolvedSpec | None:
        data = self._start.data
        try:
            spec = changed(self._start.spec, patch).written_out(data.task)
            scaling = {"standardize": spec.dataset.standardize, "numbers": spec.dataset.numbers}
            dataset = self._start.spec.dataset.model_copy(update=scaling)
            resolved = ResolvedSpec(spec.model_copy(update={"dataset": dataset}), data)
            assert resolved.network.layers
        except (ValidationError, Misfit):
            return None
        return None if rules.mistakes(resolved.spec, data) else resolved


def _with_rate(patch: Patch, patched: Spec, lr: float) -> Patch:
    rate = cures.rate(patched, lr, "")
    why = f"{patch.why} The learning rate is adapted to the patched network."
    return patch.model_copy(update={"patch": merged(patch.patch, rate.patch), "why": why})


def _needed_rate(after: Patched) -> float | None:
    """The learning rate that a patched network needs if its present rate is too high, or three times too low for its
    number of steps; else None."""
    start = after.start
    if "lr_too_high" in after.alarms:
        return start.measured.step.recommended
    higher = higher_rate(start)
    is_short = start.measured.rate.decrease < SHORT
    return higher if is_short and higher is not None and higher >= TIMES * start.spec.optimizer.lr else None


def effect(before: Start, after: Start) -> dict[str, dict[str, Any]]:
    """The statistics of both starts that differ by more than a twentieth."""
    pairs = {name: (value, _statistics(after).get(name)) for name, value in _statistics(before).items()}
    return {
        name: {"before": a, "after": b}
        for name, (a, b) in pairs.items()
        if a is not None and b is not None and not isclose(a, b, rel_tol=NOTICEABLE)
    }


def _statistics(start: Start) -> dict[str, float | None]:
    measured = start.measured
    dead = [layer.dead for layer in measured.hidden if layer.dead is not None]
    flat = [layer.flat for layer in measured.hidden if layer.flat is not None]
    return {
        "rho": measured.rate.rho,
        "decrease": measured.rate.decrease,
        "twenty": measured.twenty.final,
        "output_deviation": measured.start.output_deviation,
        "share": measured.start.share,
        "gradient_ratio": measured.start.gradient_ratio,
        "dead": max(dead, default=None),
        "flat": max(flat, default=None),
    }
