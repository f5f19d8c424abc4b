"""All findings in a run that is training or over."""

from collections.abc import Callable

from gradus.wire.finding import Finding
from insight.findings.registry import KINDS
from insight.in_run import (
    class_imbalance,
    clipping_too_strong,
    dead_relu,
    initial_weights,
    linear_network,
    lr_too_high,
    lr_too_low,
    no_symmetry_breaking,
    saturated_activation,
    schedule_ends_early,
    signal_collapse,
    vanishing_gradient,
    warmup_too_long,
)
from insight.root_cause import root_cause_first
from insight.run import Run

Condition = Callable[[Run], Finding | None]

CONDITIONS: tuple[Condition, ...] = (
    *(kind.in_run for kind in KINDS if kind.in_run is not None),
    class_imbalance.in_run,
    clipping_too_strong.in_run,
    dead_relu.in_run,
    initial_weights.too_large,
    initial_weights.too_small,
    linear_network.in_run,
    lr_too_high.in_run,
    lr_too_low.in_run,
    no_symmetry_breaking.in_run,
    saturated_activation.in_run,
    schedule_ends_early.in_run,
    signal_collapse.in_run,
    vanishing_gradient.in_run,
    warmup_too_long.in_run,
)


def findings_in_run(run: Run) -> tuple[Finding, ...]:
    """What is wrong with the run, the root cause first. A pure function of its history."""
    found = [condition(run) for condition in CONDITIONS]
    return root_cause_first([finding for finding in found if finding is not None])
