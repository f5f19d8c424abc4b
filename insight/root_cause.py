"""Which findings are causes, and which are their consequences.

A finding is a consequence of another if it is known to follow from it, and did not precede it. If it has several
causes, the first in `ORDER` counts. Findings without such a cause are independent, and are listed in that order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gradus.wire.finding import Finding, Since

ORDER: Sequence[str] = (
    "labels_do_not_follow_inputs",
    "class_imbalance",
    "inputs_unscaled",
    "target_scale",
    "no_symmetry_breaking",
    "initial_weights_too_large",
    "initial_weights_too_small",
    "too_deep_for_width",
    "lr_too_high",
    "clipping_too_strong",
    "warmup_too_long",
    "schedule_ends_early",
    "penalty_too_strong",
    "dropout_too_strong",
    "batch_norm_statistics",
    "dead_relu",
    "saturated_activation",
    "signal_collapse",
    "vanishing_gradient",
    "linear_network",
    "lr_too_low",
    "label_noise",
    "too_few_steps",
    "diverged",
    "loss_spikes",
    "oscillating_loss",
    "overfitting",
    "underfitting",
    "predicts_class_prior",
    "bias_before_batch_norm",
)
"""From root causes to mere symptoms: data, initial weights, learning rate, regularization, the signal in the layers,
the length of training, and the course of the loss."""

CONSEQUENCES: dict[str, frozenset[str]] = {
    "labels_do_not_follow_inputs": frozenset({"overfitting", "underfitting", "predicts_class_prior"}),
    "class_imbalance": frozenset({"predicts_class_prior"}),
    "inputs_unscaled": frozenset(
        {
            "initial_weights_too_large",
            "initial_weights_too_small",
            "lr_too_high",
            "lr_too_low",
            "saturated_activation",
            "dead_relu",
            "signal_collapse",
            "vanishing_gradient",
            "diverged",
            "loss_spikes",
            "oscillating_loss",
            "underfitting",
            "label_noise",
            "predicts_class_prior",
        }
    ),
    "target_scale": frozenset(
        {"lr_too_high", "lr_too_low", "too_few_steps", "diverged", "oscillating_loss", "underfitting"}
    ),
    "no_symmetry_breaking": frozenset(
        {
            "too_few_steps",
            "initial_weights_too_large",
            "initial_weights_too_small",
            "vanishing_gradient",
            "signal_collapse",
            "dead_relu",
            "lr_too_high",
            "lr_too_low",
            "underfitting",
            "label_noise",
            "predicts_class_prior",
        }
    ),
    "initial_weights_too_large": frozenset(
        {
            "lr_too_high",
            "too_few_steps",
            "saturated_activation",
            "vanishing_gradient",
            "dead_relu",
            "diverged",
            "loss_spikes",
            "oscillating_loss",
            "underfitting",
            "overfitting",
            "label_noise",
            "predicts_class_prior",
        }
    ),
    "initial_weights_too_small": frozenset(
        {
            "dead_relu",
            "vanishing_gradient",
            "signal_collapse",
            "lr_too_low",
            "too_few_steps",
            "underfitting",
            "label_noise",
            "predicts_class_prior",
        }
    ),
    "too_deep_for_width": frozenset(
        {"signal_collapse", "vanishing_gradient", "dead_relu", "lr_too_low", "underfitting", "predicts_class_prior"}
    ),
    "lr_too_high": frozenset(
        {
            "dead_relu",
            "saturated_activation",
            "signal_collapse",
            "vanishing_gradient",
            "diverged",
            "loss_spikes",
            "oscillating_loss",
            "batch_norm_statistics",
            "too_few_steps",
            "underfitting",
            "label_noise",
            "predicts_class_prior",
        }
    ),
    "clipping_too_strong": frozenset({"lr_too_low", "too_few_steps", "underfitting", "predicts_class_prior"}),
    "warmup_too_long": frozenset({"lr_too_low", "too_few_steps", "underfitting", "predicts_class_prior"}),
    "signal_collapse": frozenset(
        {"vanishing_gradient", "lr_too_low", "too_few_steps", "underfitting", "label_noise", "predicts_class_prior"}
    ),
    "vanishing_gradient": frozenset({"lr_too_low", "too_few_steps", "underfitting", "predicts_class_prior"}),
    "dead_relu": frozenset(
        {"signal_collapse", "vanishing_gradient", "lr_too_low", "underfitting", "predicts_class_prior"}
    ),
    "saturated_activation": frozenset(
        {"signal_collapse", "vanishing_gradient", "lr_too_low", "underfitting", "predicts_class_prior"}
    ),
    "penalty_too_strong": frozenset(
        {
            "dead_relu",
            "signal_collapse",
            "lr_too_low",
            "too_few_steps",
            "oscillating_loss",
            "underfitting",
            "predicts_class_prior",
        }
    ),
    "dropout_too_strong": frozenset(
        {"dead_relu", "vanishing_gradient", "lr_too_low", "too_few_steps", "underfitting", "predicts_class_prior"}
    ),
    "batch_norm_statistics": frozenset(
        {
            "vanishing_gradient",
            "lr_too_low",
            "too_few_steps",
            "oscillating_loss",
            "loss_spikes",
            "overfitting",
            "underfitting",
        }
    ),
    "linear_network": frozenset({"too_few_steps", "underfitting"}),
    "lr_too_low": frozenset({"too_few_steps", "underfitting", "predicts_class_prior"}),
    "schedule_ends_early": frozenset({"lr_too_low", "too_few_steps", "underfitting", "predicts_class_prior"}),
    "too_few_steps": frozenset({"underfitting", "predicts_class_prior"}),
    "diverged": frozenset({"loss_spikes", "oscillating_loss", "predicts_class_prior"}),
    "label_noise": frozenset({"too_few_steps", "overfitting", "underfitting"}),
}
"""The ids of the findings that may follow from each finding."""

EITHER_WAY = frozenset({"saturated_activation", "signal_collapse"})
"""Each of the two may cause the other: saturated layers pass on the same for all inputs, and an optimizer that
amplifies the small gradient of a lost signal drives sums far out. The one that held first is the cause."""
ALARMS = ("critical", "warning")


def root_cause_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings in the order of their causes. Each consequence names its cause and stands below it.

    Critical findings about the data come first, then alarms about the network, warnings about the data, notes about the
    network, and notes about the data.
    """
    ordered = sorted(findings, key=_rank)
    causes = {id(finding): _cause(finding, ordered) for finding in ordered}
    return tuple(_below(None, ordered, causes))


def _below(
    cause: Finding | None, ordered: Sequence[Finding], causes: Mapping[int, Finding | None]
) -> Iterator[Finding]:
    """The findings that follow from a cause, or the independent ones; below each, those that follow from it."""
    for finding in ordered:
        if causes[id(finding)] is cause:
            yield finding if cause is None else finding.model_copy(update={"consequence_of": cause.id})
            yield from _below(finding, ordered, causes)


def _rank(finding: Finding) -> tuple[int, int]:
    is_alarm = finding.severity in ALARMS
    if finding.id in ORDER:
        return (1 if is_alarm else 3), ORDER.index(finding.id)
    return (0 if finding.severity == "critical" else 2 if is_alarm else 4), 0


def _cause(finding: Finding, ordered: Sequence[Finding]) -> Finding | None:
    """The first finding that this one follows from; None if it is independent. A note never causes an alarm."""
    return next((other for other in ordered if _may_cause(other, finding)), None)


def _may_cause(other: Finding, finding: Finding) -> bool:
    if {other.id, finding.id} == EITHER_WAY and _precedes(other.since, finding.since):
        return other.severity in ALARMS or finding.severity not in ALARMS
    follows = finding.id in CONSEQUENCES.get(other.id, ())
    return follows and not _precedes(finding.since, other.since) and _rank(other) < _rank(finding)


def _precedes(one: Since | None, other: Since | None) -> bool:
    """Whether one finding held before the other; one without a moment held from the start."""
    first, second = ((0, 0) if since is None else (since.epoch, since.step) for since in (one, other))
    return first < second
