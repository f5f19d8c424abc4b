"""Evaluations of networks on uploaded tables agree with the run, row by row."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gradus.datasets import DATASETS
from gradus.errors import BadRequest, Conflict
from gradus.wire.evaluation import EvaluationReport
from hub.questions.outcome_files import OUTCOMES, PICTURES
from hub.questions.question import EvaluationQuestion, OutcomesQuestion, TrainedNetwork
from hub.settings import Settings
from tests.unit.worker.answers import ask, mnist_folders, trained, trained_on_mnist
from worker.answering import evaluation as answering
from worker.answering.evaluation import evaluation
from worker.answering.outcomes import outcomes
from worker.data.images import read_images
from worker.training.data import Split

RANDOM = np.random.default_rng(0)
N = 400
X = RANDOM.normal(size=N)
COLUMNS: dict[str, Any] = {
    "x": X.tolist(),
    "city": [None if i % 50 == 7 else f"c{i % 3}" for i in range(N)],
    "w": RANDOM.uniform(0.1, 3, N).tolist(),
    "y": [None if i == 3 else "yes" if x > 0.3 else "no" for i, x in enumerate(X)],
    "z": (5 * X + 100 + RANDOM.normal(size=N)).tolist(),
    "a": (X > 0).tolist(),
    "b": (X + RANDOM.normal(size=N) > 0).tolist(),
}
SPLIT = {"kind": "random", "validation": 0.25, "test": 0.25}


def report(folder: Path, network: TrainedNetwork, **words: Any) -> EvaluationReport:
    question = EvaluationQuestion.model_validate({"network": network, "split": "test", **words})
    return evaluation(ask(folder, question), question)


def metrics(of: EvaluationReport) -> dict[str, float]:
    return {one.name if one.target is None else f"{one.target} {one.name}": one.value for one in of.metrics}


def test_the_losses_weigh_rows_as_the_run_does_and_accuracies_count_each_once(tmp_path: Path) -> None:
    roles = {"w": "weight", "z": "ignore", "a": "ignore", "b": "ignore"}
    network, row = trained(tmp_path, COLUMNS, ("no", "yes"), columns=roles, split=SPLIT)
    found = report(tmp_path, network, by="city", miss_cost=5.0)
    numbers = metrics(found)
    assert (found.n, found.weighted, found.classes) == (100, True, ("no", "yes"))
    assert found.effective_examples is not None
    assert 140 < found.effective_examples < 170  # of 199: uniform weights keep 1.55² / (1.55² + 2.9²/12) of them
    assert numbers["accuracy"] == row.test_accuracy
    assert numbers["log_loss"] == pytest.approx(row.test_loss, rel=1e-6)
    assert sum(map(sum, found.confusion)) == 100
    assert {one.value for one in found.groups} == {"c0", "c1", "c2", None}
    assert sum(one.n for one in found.groups) == 100
    assert [one.few for one in found.groups if one.value is None] == [True]
    share = sum(one.n * one.metrics[0].value for one in found.groups) / 100
    assert share == pytest.approx(numbers["accuracy"])
    assert [one.criterion for one in found.thresholds] == ["f1", "youden", "cost"]
    assert found.calibration is not None
    of_validation = report(tmp_path, network, split="validation")
    assert metrics(of_validation)["accuracy"] == row.validation_accuracy
    assert of_validation.conformal == ()


def test_balanced_classes_leave_the_harmonic_number_of_examples() -> None:
    weights = torch.tensor([100 / (2 * 20)] * 20 + [100 / (2 * 80)] * 80)
    split = Split(torch.zeros(100, 1), torch.zeros(100, dtype=torch.int64), weights=weights)
    assert split.effective_examples == pytest.approx(2**2 / (1 / 20 + 1 / 80), rel=1e-6)  # 64


def test_several_targets_are_told_in_their_own_units_with_the_rows_that_are_worst(tmp_path: Path) -> None:
    columns = {"y": "ignore", "w": "ignore", "a": "ignore", "b": "ignore"}
    targets = {**COLUMNS, "v": (2 * X).tolist()}
    network, _ = trained(tmp_path, targets, target=["z", "v"], columns=columns, split=SPLIT)
    found = report(tmp_path, network, by="x")
    numbers = metrics(found)
    assert {"z rmse", "z mae", "z r2", "z median_error", "v rmse"} < set(numbers)
    z, _ = found.residuals
    assert len(z.worst) == 20
    for one in z.worst:
        assert one.value == COLUMNS["z"][one.row]
    errors = [abs(one.prediction - one.value) for one in z.worst]
    assert errors == sorted(errors, reverse=True)
    assert sum(map(sum, z.grid.counts)) == 100
    assert [one.n for one in found.groups] == [20] * 5
    baselines = {one.target: one.baseline for one in found.metrics if one.name == "rmse"}
    assert baselines["z"] == pytest.approx(np.std(COLUMNS["z"]), rel=0.3)
    assert {(one.target, one.level) for one in found.conformal} == {
        (name, level) for name in ("z", "v") for level in (0.8, 0.9, 0.95)
    }


def test_labels_have_metrics_of_their_own(tmp_path: Path) -> None:
    columns = {"y": "ignore", "w": "ignore", "z": "ignore"}
    network, row = trained(tmp_path, COLUMNS, ("a", "b"), target=["a", "b"], columns=columns, split=SPLIT)
    found = report(tmp_path, network, by="city")
    numbers = metrics(found)
    assert numbers["accuracy"] == pytest.approx(row.test_accuracy, abs=1e-12)
    assert numbers["log_loss"] == pytest.approx(row.test_loss, rel=1e-6)
    assert [one.name for one in found.per_class] == ["a", "b"]
    assert [one.name for one in found.curves] == ["a", "b"]


def test_the_outcomes_of_every_row_add_up_to_the_confusion_matrix(tmp_path: Path) -> None:
    roles = {"w": "weight", "z": "ignore", "a": "ignore", "b": "ignore"}
    network, _ = trained(tmp_path, COLUMNS, ("no", "yes"), columns=roles, split=SPLIT)
    confusion = report(tmp_path, network).confusion
    question = OutcomesQuestion(network=network, split="test")
    assert outcomes(ask(tmp_path, question), question).classes == ("no", "yes")
    found = np.load(tmp_path / OUTCOMES)
    for given, predicted in itertools.product(range(2), repeat=2):
        assert ((found["given"] == given) & (found["predicted"] == predicted)).sum() == confusion[given][predicted]
    for one in found:
        assert COLUMNS["y"][one["row"]] == ("no", "yes")[one["given"]]
    right = found["given"] == found["predicted"]
    assert (np.diff(right.astype(int)) >= 0).all()
    assert not (tmp_path / PICTURES).exists()


def test_what_has_no_classes_has_no_confusion_matrix(tmp_path: Path) -> None:
    columns = {"y": "ignore", "w": "ignore", "a": "ignore", "b": "ignore"}
    network, _ = trained(tmp_path, COLUMNS, target="z", columns=columns, split=SPLIT)
    question = OutcomesQuestion(network=network, split="test")
    with pytest.raises(Conflict, match="only a network that predicts one class"):
        outcomes(ask(tmp_path, question), question)


@pytest.mark.mnist
def test_the_pictures_of_errors_are_kept_for_a_built_in_data_set(tmp_path: Path) -> None:
    network = trained_on_mnist(tmp_path)
    question = OutcomesQuestion(network=network, split="test")
    outcomes(ask(tmp_path, question).model_copy(update={"dataset_dirs": mnist_folders(tmp_path)}), question)
    found, pictures = np.load(tmp_path / OUTCOMES), np.load(tmp_path / PICTURES)
    wrong = int((found["given"] != found["predicted"]).sum())
    assert pictures.shape == (min(wrong, 2000), 28, 28, 1)
    raw = read_images(DATASETS["mnist"], Settings.from_env().dataset_dirs, lambda _: None)
    for i in (0, 7):
        assert (pictures[i].ravel() == raw.test_inputs[found["row"][i]]).all()
        assert raw.test_targets[found["row"][i]] == found["given"][i]


def test_a_test_split_without_examples_has_a_report(tmp_path: Path) -> None:
    roles = dict.fromkeys(("w", "z", "a", "b"), "ignore")
    split = {"kind": "random", "validation": 0.25, "test": 0.0}
    network, _ = trained(tmp_path, COLUMNS, ("no", "yes"), columns=roles, split=split)
    found = report(tmp_path, network, by="city")
    assert (found.n, found.groups, found.conformal) == (0, (), ())
    assert np.isnan(list(metrics(found).values())).all()


def test_a_column_that_makes_no_groups_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused before the network computes anything."""
    columns = {**COLUMNS, "pixels": np.zeros((N, 4, 4, 1), np.uint8)}
    roles = dict.fromkeys(("w", "z", "a", "b", "pixels"), "ignore")
    network, _ = trained(tmp_path, columns, ("no", "yes"), columns=roles, split=SPLIT)
    monkeypatch.delattr(answering, "restored")
    with pytest.raises(BadRequest, match="no column 'citty': did you mean 'city'"):
        report(tmp_path, network, by="citty")
    with pytest.raises(BadRequest, match="'pixels' has the type image"):
        report(tmp_path, network, by="pixels")
