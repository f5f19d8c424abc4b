"""The metrics of each group of examples."""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

import numpy as np

from evaluation import classification, multi_label, regression
from evaluation.sections import Asked
from gradus.spec.loss import Task
from gradus.wire.evaluation import Group, Metric

FEW = 30
MOST_GROUPS = 50


def groups(asked: Asked, task: Task, values: Sequence[str | None]) -> tuple[Group, ...]:
    """The groups of examples with equal values, the largest first; `values` has one value for each example."""
    places: dict[str | None, list[int]] = {}
    for i, one in enumerate(values):
        places.setdefault(one, []).append(i)
    largest = sorted(places.items(), key=lambda item: (-len(item[1]), item[0] is None, item[0] or ""))
    return tuple(_group(asked, task, name, chosen) for name, chosen in largest[:MOST_GROUPS])


def _group(asked: Asked, task: Task, value: str | None, chosen: Sequence[int]) -> Group:
    part = replace(asked, examples=asked.examples.taken(np.asarray(chosen)))
    return Group(value=value, n=len(chosen), few=len(chosen) < FEW, metrics=tuple(_metrics(part, task)))


def _metrics(part: Asked, task: Task) -> list[Metric]:
    match task:
        case "classification":
            return classification.group_metrics(part.examples, part.constant)
        case "multi_label":
            return multi_label.group_metrics(part.examples, part.constant)
        case "regression":
            return regression.group_metrics(part.examples, part)
        case _:
            assert_never(task)
