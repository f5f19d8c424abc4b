"""A kind of finding: its texts, and the conditions under which it fires."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from gradus.wire.finding import Finding
from insight.run import Run
from insight.start import Start

FindingId = Literal[
    "no_symmetry_breaking",
    "initial_weights_too_large",
    "initial_weights_too_small",
    "vanishing_gradient",
    "signal_collapse",
    "inputs_unscaled",
    "target_scale",
    "lr_too_high",
    "lr_too_low",
    "dead_relu",
    "saturated_activation",
    "too_deep_for_width",
    "diverged",
    "loss_spikes",
    "oscillating_loss",
    "predicts_class_prior",
    "overfitting",
    "underfitting",
    "linear_network",
    "dropout_too_strong",
    "too_few_steps",
    "penalty_too_strong",
    "batch_norm_statistics",
    "class_imbalance",
    "labels_do_not_follow_inputs",
    "label_noise",
    "warmup_too_long",
    "schedule_ends_early",
    "clipping_too_strong",
    "bias_before_batch_norm",
]
"""The ids of findings about networks; those about data sets begin with `data_`."""
FINDING_IDS: tuple[FindingId, ...] = get_args(FindingId)


@dataclass(frozen=True)
class FindingKind:
    """A kind of finding. Its texts are paragraphs of its page in the docs, in Markdown."""

    id: FindingId
    title: str
    looks_like: str
    """The symptoms that a person sees."""
    why: str
    """The mechanism, with the source of the statistic and of its threshold."""
    cure: str
    """What helps, the best remedy first."""
    at_start: Callable[[Start], Finding | None] | None = None
    """Looks for the finding before the first epoch, in what a probe measured; None if it cannot be seen then."""
    in_run: Callable[[Run], Finding | None] | None = None
    """Looks for the finding in a run that is training or over; None if only a probe can see it."""
