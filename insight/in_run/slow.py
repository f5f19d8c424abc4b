"""Severity of what shortens the steps of a run."""

from gradus.wire.finding import Severity
from insight.in_run import too_few_steps
from insight.outcome import STRICT, severity
from insight.run import Run


def is_slow(run: Run) -> bool:
    """Whether the run ended too early, so that whatever shortens its steps has cost it something."""
    found = too_few_steps.in_run(run)
    return found is not None and found.severity != "note"


def severity_of_short_steps(run: Run) -> Severity:
    """The severity by the outcome gate; at least a warning if the run ended too early, however well it has learned."""
    found = severity(run, STRICT)
    return "warning" if found == "note" and is_slow(run) else found
