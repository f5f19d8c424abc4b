"""All kinds of findings about networks."""

from gradus.wire.finding import Finding
from insight.findings import (
    batch_norm_statistics,
    diverged,
    dropout_too_strong,
    loss_spikes,
    no_symmetry_breaking,
    oscillating_loss,
    overfitting,
    penalty_too_strong,
    predicts_class_prior,
    too_few_steps,
    underfitting,
)
from insight.findings.kind import FindingKind
from insight.root_cause import root_cause_first
from insight.start import Start

KINDS: tuple[FindingKind, ...] = (
    no_symmetry_breaking.KIND,
    batch_norm_statistics.KIND,
    diverged.KIND,
    dropout_too_strong.KIND,
    loss_spikes.KIND,
    oscillating_loss.KIND,
    overfitting.KIND,
    penalty_too_strong.KIND,
    predicts_class_prior.KIND,
    too_few_steps.KIND,
    underfitting.KIND,
)


def findings_at_start(start: Start) -> tuple[Finding, ...]:
    """The findings that a probe sees, the root cause first."""
    found = [kind.at_start(start) for kind in KINDS if kind.at_start is not None]
    return root_cause_first([finding for finding in found if finding is not None])
