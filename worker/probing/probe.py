"""The answer to a probe: what was measured, the findings, and what their patches would change."""

import time
from collections.abc import Callable

from gradus.resolved import ResolvedSpec
from gradus.spec.dataset import Dataset
from gradus.wire.finding import Finding
from gradus.wire.probe import Probe, Verdict
from insight.findings.registry import findings_at_start
from insight.root_cause import ALARMS
from insight.start import Start
from worker.probing.measure import measured
from worker.probing.patches import Prober
from worker.training.data import Data

Load = Callable[[Dataset], Data]
"""Loads a data set, for patches that change how it is scaled."""


def probe(resolved: ResolvedSpec, data: Data, load: Load) -> Probe:
    """Probe a spec. The answer is deterministic except for `seconds`."""
    began = time.perf_counter()
    found = measured(resolved, data, is_tried=True)
    start = Start(resolved.spec, resolved.data, resolved.network, found)
    prober = Prober(start, data, load)
    findings = prober.predicted(findings_at_start(start))
    return Probe(
        verdict=verdict(findings),
        parameters=resolved.network.parameters,
        data=found.data,
        start=found.start,
        layers=found.layers,
        step=found.step,
        twenty=found.twenty,
        seeds=found.seeds,
        findings=findings,
        effort=found.effort.model_copy(update={"patched": prober.patched, "unmeasured": prober.unmeasured}),
        seconds=round(time.perf_counter() - began, 3),
    )


def verdict(findings: tuple[Finding, ...]) -> Verdict:
    """The verdict that follows from the findings."""
    severities = {finding.severity for finding in findings}
    if "critical" in severities:
        return "will_not_learn"
    return "doubtful" if severities & set(ALARMS) else "ready"
