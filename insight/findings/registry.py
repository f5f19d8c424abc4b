"""All kinds of findings about networks."""

from gradus.wire.finding import Finding
from insight.evidence import with_supporting_evidence
from insight.findings import (
    batch_norm_statistics,
    bias_before_batch_norm,
    class_imbalance,
    clipping_too_strong,
    dead_relu,
    diverged,
    dropout_too_strong,
    initial_weights_too_large,
    initial_weights_too_small,
    inputs_unscaled,
    label_noise,
    labels_do_not_follow_inputs,
    linear_network,
    loss_spikes,
    lr_too_high,
    lr_too_low,
    no_symmetry_breaking,
    oscillating_loss,
    overfitting,
    penalty_too_strong,
    predicts_class_prior,
    saturated_activation,
    schedule_ends_early,
    signal_collapse,
    target_scale,
    too_deep_for_width,
    too_few_steps,
    underfitting,
    vanishing_gradient,
    warmup_too_long,
)
from insight.findings.kind import FindingKind
from insight.root_cause import root_cause_first
from insight.start import Start

KINDS: tuple[FindingKind, ...] = (
    batch_norm_statistics.KIND,
    bias_before_batch_norm.KIND,
    class_imbalance.KIND,
    clipping_too_strong.KIND,
    dead_relu.KIND,
    diverged.KIND,
    dropout_too_strong.KIND,
    initial_weights_too_large.KIND,
    initial_weights_too_small.KIND,
    inputs_unscaled.KIND,
    label_noise.KIND,
    labels_do_not_follow_inputs.KIND,
    linear_network.KIND,
    loss_spikes.KIND,
    lr_too_high.KIND,
    lr_too_low.KIND,
    no_symmetry_breaking.KIND,
    oscillating_loss.KIND,
    overfitting.KIND,
    penalty_too_strong.KIND,
    predicts_class_prior.KIND,
    saturated_activation.KIND,
    schedule_ends_early.KIND,
    signal_collapse.KIND,
    target_scale.KIND,
    too_deep_for_width.KIND,
    too_few_steps.KIND,
    underfitting.KIND,
    vanishing_gradient.KIND,
    warmup_too_long.KIND,
)


def findings_at_start(start: Start) -> tuple[Finding, ...]:
    """The findings that a probe shows, the root cause first."""
    found = [kind.at_start(start) for kind in KINDS if kind.at_start is not None]
    told = [with_supporting_evidence(finding) for finding in found if finding is not None]
    return root_cause_first([_each_patch_once(finding) for finding in told])


def _each_patch_once(finding: Finding) -> Finding:
    """The finding without patches that repeat an earlier one: two rules may suggest the same learning rate."""
    patches = finding.patches
    once = tuple(one for i, one in enumerate(patches) if all(one.patch != other.patch for other in patches[:i]))
    return finding if len(once) == len(patches) else finding.model_copy(update={"patches": once})
