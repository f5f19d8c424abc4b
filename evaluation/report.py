"""The report about predictions on a split."""

from typing import assert_never

from evaluation.classification import classification
from evaluation.multi_label import multi_label
from evaluation.regression import regression
from evaluation.sections import Asked, Sections
from gradus.spec.loss import Task


def sections(asked: Asked, task: Task) -> Sections:
    """All sections of a report on predictions, by the kind of task."""
    match task:
        case "classification":
            return classification(asked)
        case "multi_label":
            return multi_label(asked)
        case "regression":
            return regression(asked)
        case _:
            assert_never(task)
