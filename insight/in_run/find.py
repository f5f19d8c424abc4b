"""All findings in a run that is training or over."""

from gradus.wire.finding import Finding
from insight.evidence import with_supporting_evidence
from insight.findings.registry import KINDS
from insight.fitting import with_fitting_patches
from insight.root_cause import root_cause_first
from insight.run import Run


def findings_in_run(run: Run) -> tuple[Finding, ...]:
    """What is wrong with the run, the root cause first. A pure function of the run's history."""
    found = [kind.in_run(run) for kind in KINDS if kind.in_run is not None]
    known = root_cause_first([with_supporting_evidence(finding) for finding in found if finding is not None])
    return with_fitting_patches(known, run.spec)
