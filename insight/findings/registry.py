"""All kinds of findings about networks."""

from gradus.wire.finding import Finding
from insight.findings import no_symmetry_breaking
from insight.findings.kind import FindingKind
from insight.root_cause import root_cause_first
from insight.run import Run
from insight.start import Start

KINDS: tuple[FindingKind, ...] = (no_symmetry_breaking.KIND,)


def findings_at_start(start: Start) -> tuple[Finding, ...]:
    """The findings that a probe sees, the root cause first."""
    found = [kind.at_start(start) for kind in KINDS if kind.at_start is not None]
    return root_cause_first([finding for finding in found if finding is not None])


def findings_in_run(run: Run) -> tuple[Finding, ...]:
    """The findings in a run that is training or over, the root cause first."""
    found = [kind.in_run(run) for kind in KINDS if kind.in_run is not None]
    return root_cause_first([finding for finding in found if finding is not None])
