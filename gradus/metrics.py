"""The metrics of an epoch: labels, units, splits, and whether lower or higher is better."""

from collections.abc import Iterable
from math import isnan
from typing import Any, get_args

from gradus.spec.loss import Task
from gradus.wire.catalog import Direction, MetricEntry, Split
from gradus.wire.metrics import MetricsRow

TASKS: tuple[Task, ...] = get_args(Task)
SPLITS: dict[Split, str] = {"train": "Training", "validation": "Validation", "test": "Test"}
"""The label of each split."""


def _of_split(split: Split, panel: str, direction: Direction, unit: str | None, *tasks: Task) -> MetricEntry:
    return MetricEntry(
        key=f"{split}_{panel}",
        label=f"{SPLITS[split]} {panel}",
        unit=unit,
        direction=direction,
        panel=panel,
        split=split,
        tasks=tasks,
        objective=True,
    )


def _of_training(key: str, label: str, panel: str, direction: Direction, unit: str | None = None) -> MetricEntry:
    return MetricEntry(
        key=key, label=label, unit=unit, direction=direction, panel=panel, split=None, tasks=TASKS, objective=False
    )


METRICS: tuple[MetricEntry, ...] = (
    *(
        metric
        for split in SPLITS
        for metric in (
            _of_split(split, "loss", "min", None, *TASKS),
            _of_split(split, "accuracy", "max", "fraction", "classification", "multi_label"),
        )
    ),
    _of_training("penalty", "Penalty", "penalty", "none"),
    _of_training("learning_rate", "Learning rate", "learning rate", "none"),
    _of_training("gradient_norm", "Gradient norm", "gradient norm", "none"),
    _of_training("seconds", "Time per epoch", "time", "min", "s"),
    _of_training("samples_per_second", "Examples per second", "throughput", "max", "1/s"),
)
"""All metrics, in the order of the metrics row."""

_BY_KEY = {metric.key: metric for metric in METRICS}
KEYS = frozenset(_BY_KEY)


def metric(key: str) -> MetricEntry:
    """The metric with this key.

    Raises:
        KeyError: there is no such metric.
    """
    return _BY_KEY[key]


def label(key: str) -> str:
    """The metric's label within a sentence; for an unknown metric, the key with spaces."""
    return _BY_KEY[key].label.lower() if key in _BY_KEY else key.replace("_", " ")


def metrics_of(task: str | None) -> tuple[MetricEntry, ...]:
    """The metrics of a task; for an unknown task, those that all tasks have."""
    return tuple(one for one in METRICS if task in one.tasks or set(one.tasks) == set(TASKS))


def measured(rows: Iterable[MetricsRow]) -> tuple[MetricEntry, ...]:
    """The metrics that have a value in at least one of the rows."""
    known = list(rows)
    return tuple(one for one in METRICS if any(getattr(row, one.key) is not None for row in known))


def of_split(metrics: Iterable[MetricEntry], split: Split) -> tuple[MetricEntry, ...]:
    """The metrics of a split."""
    return tuple(one for one in metrics if one.split == split)


def of_panel(metrics: Iterable[MetricEntry], panel: str) -> tuple[MetricEntry, ...]:
    """The metrics of a chart."""
    return tuple(one for one in metrics if one.panel == panel)


def score(metrics: Iterable[MetricEntry], split: Split = "validation") -> MetricEntry:
    """The main metric of a split: the accuracy, or the loss if there is no accuracy."""
    return max(of_split(metrics, split), key=lambda one: one.direction == "max")


def improves(metric: MetricEntry, value: Any, best: Any) -> bool:
    """Whether the value is better than the best so far. None and NaN never are; any number is better than None and
    NaN."""
    if value is None or isnan(value) or best is None or isnan(best):
        return value is not None and not isnan(value)
    return bool(value > best if metric.direction == "max" else value < best)
