"""The sections of a report that the evaluation of a task fills; which ones depends on the task."""

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.examples import Examples, Floats
from gradus.wire.evaluation import (
    Calibration,
    ClassMetrics,
    Conformal,
    Curves,
    Metric,
    Reliability,
    Residuals,
    Threshold,
)


@dataclass(frozen=True, eq=False)
class Asked:
    """What is evaluated."""

    examples: Examples
    validation: Examples | None
    """Examples for choosing the temperature and the thresholds; None if there are none."""
    is_validation: bool
    """Whether `examples` are the validation split itself."""
    names: Sequence[str]
    """Names of the classes, labels or targets."""
    constant: Floats
    """The outputs of the best constant prediction, (units,)."""
    medians: Floats
    """The medians of the training targets, (targets,); used for regression only."""
    miss_cost: float = 1.0


@dataclass(frozen=True)
class Sections:
    """The parts of an `EvaluationReport` that come from evaluation, with the same names."""

    metrics: tuple[Metric, ...]
    classes: tuple[str, ...] = ()
    per_class: tuple[ClassMetrics, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    curves: tuple[Curves, ...] = ()
    reliability: Reliability | None = None
    calibration: Calibration | None = None
    thresholds: tuple[Threshold, ...] = ()
    conformal: tuple[Conformal, ...] = ()
    residuals: tuple[Residuals, ...] = ()
