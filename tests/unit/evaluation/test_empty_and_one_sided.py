"""Reports about splits that lack what a metric needs: no example, one class only, labels that are all alike."""

import tracemalloc

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, balanced_accuracy_score, roc_auc_score

from evaluation.examples import Examples
from evaluation.groups import groups
from evaluation.logits import softmax
from evaluation.report import sections
from evaluation.sections import Sections
from gradus.spec.loss import Task
from tests.unit.evaluation.predictions import asked, classes, labels, numbers

WHOLE: dict[Task, Examples] = {
    "classification": classes(60, 3),
    "multi_label": labels(60, 3),
    "regression": numbers(60, 2),
}
NONE = np.arange(0)


def values(found: Sections) -> dict[str, float]:
    return {one.name: one.value for one in found.metrics}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("task", WHOLE)
def test_a_split_without_examples_has_a_report_whose_metrics_are_undefined(task: Task) -> None:
    empty = asked(WHOLE[task].taken(NONE), WHOLE[task])
    found = sections(empty, task)
    assert np.isnan([one.value for one in found.metrics]).all()
    assert groups(empty, task, []) == ()
    assert sections(asked(WHOLE[task], None), task).calibration is None


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("units", [1, 2, 3, 60])
def test_examples_of_one_class_rank_nothing_and_have_all_other_metrics(units: int) -> None:
    whole = classes(40, units)
    one_sided = Examples(whole.outputs, np.zeros(40, np.int64), whole.rows)
    found = values(sections(asked(one_sided, one_sided), "classification"))
    assert {name for name, one in found.items() if np.isnan(one)} == {"auc", "average_precision"}
    assert found["balanced_accuracy"] == found["accuracy"]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("on", [0.0, 1.0])
def test_labels_that_are_all_alike_rank_nothing_and_have_all_other_metrics(on: float) -> None:
    whole = labels(40, 2)
    alike = Examples(whole.outputs, np.full((40, 2), on), whole.rows)
    found = values(sections(asked(alike, alike), "multi_label"))
    assert {name for name, one in found.items() if np.isnan(one)} == {"auc", "average_precision", "f1"}


@pytest.mark.parametrize("units", [3, 60])
def test_many_classes_have_the_metrics_of_few_although_none_is_written_out_as_a_column(units: int) -> None:
    whole = classes(600, units)
    found = values(sections(asked(whole), "classification"))
    p, y = softmax(whole.outputs), whole.targets
    truth = np.eye(units)[y]
    assert found["brier_score"] == pytest.approx(np.square(p - truth).sum(axis=1).mean(), abs=1e-12)
    assert found["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(y, p.argmax(axis=1)), abs=1e-12)
    assert found["auc"] == pytest.approx(roc_auc_score(y, p, multi_class="ovr"), abs=1e-12)
    assert found["average_precision"] == pytest.approx(average_precision_score(truth, p), abs=1e-12)


def test_the_memory_of_an_evaluation_is_a_few_copies_of_the_outputs() -> None:
    """The peak memory of numpy's arrays. With separate arrays for the truth and scores of each class, it would be nine
    copies."""
    whole = classes(2000, 400)
    tracemalloc.start()
    sections(asked(whole), "classification")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * whole.outputs.nbytes
