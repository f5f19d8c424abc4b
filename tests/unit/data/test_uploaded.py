"""Uploaded data sets as a run gets them."""

import shutil
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gradus.datasets import DATASETS
from gradus.spec.dataset import Dataset
from gradus.spec.experiment import Spec
from preprocessing.encode import Fitted
from preprocessing.table import Table
from tests.built_in import data_of, resolved
from tests.tables import store
from tests.uploaded import uploaded
from worker.data.array_cache import ArrayCache
from worker.data.errors import DataError
from worker.data.load import load
from worker.data.permutation import fixed_permutation
from worker.data.tables import read_table
from worker.data.uploaded import Uploaded, check_size, load_uploaded
from worker.training.data import Data
from worker.training.report import EpochReport
from worker.training.train import train

PARTS = ("train", "validation", "test")


def loaded(table: Table, cache: Path, classes: tuple[str, ...] = (), **words: object) -> Data:
    return load_uploaded(uploaded(table, classes, **words), lambda: nullcontext(table), ArrayCache(cache), print)


def epochs(data: Data) -> list[EpochReport]:
    spec = Spec.model_validate({"dataset": "mine", "layers": [8], "epochs": 2, "batch_size": 16})
    reports = train([spec], data, torch.device("cpu"))
    return [report for report in reports if isinstance(report, EpochReport)]


@pytest.mark.parametrize("name", ["breast_cancer", "wine", "diabetes"])
def test_an_uploaded_copy_trains_with_the_numbers_of_the_built_in_table(name: str, tmp_path: Path) -> None:
    """Both have the same rows in the same parts and order, with the same scaling."""
    plan, built_in = data_of(name), resolved(Spec(dataset=name, layers=[])).spec.dataset
    raw = read_table(DATASETS[name])
    order = fixed_permutation(name, "validation", len(raw.targets))
    order = np.concatenate([order[plan.validation_examples :], order[: plan.validation_examples]])
    inputs = np.concatenate([raw.inputs[order], raw.test_inputs])
    sizes = (plan.train_examples, plan.validation_examples, plan.test_examples)
    columns: dict[str, Any] = {f"x{i}": column for i, column in enumerate(inputs.T)}
    columns["y"] = np.concatenate([raw.targets[order], raw.test_targets])
    columns["part"] = np.repeat(PARTS, sizes).tolist()
    classes = tuple(str(i) for i in range(len(plan.classes)))
    split = {"kind": "column", "column": "part"}
    ours = load(built_in, plan, [], print)
    theirs = loaded(store(tmp_path / "table", columns), tmp_path / "cache", classes, split=split)
    assert theirs.target_scale == ours.target_scale
    for part in PARTS:
        assert torch.equal(getattr(theirs, part).inputs, getattr(ours, part).inputs)
        assert torch.equal(getattr(theirs, part).targets, getattr(ours, part).targets)
    expected = epochs(ours)
    assert epochs(replace(theirs, is_encoded=False)) == expected
    (member,), (exact,) = expected[-1].members, epochs(theirs)[-1].members  # whose losses are computed in float64
    assert member is not None
    assert exact is not None
    assert exact.validation_loss == pytest.approx(member.validation_loss, rel=1e-6)
    assert exact.test_loss == pytest.approx(member.test_loss, rel=1e-6)


SPLIT = {"kind": "column", "column": "part"}
MIXED: dict[str, Any] = {
    "x": [1.0, 3.0, None, 5.0, 9.0, 2.0],
    "y": ["a", "b", "b", "b", None, "a"],
    "w": [1.0, 2.0, 3.0, 2.0, 5.0, 4.0],
    "part": ["train", "train", "train", "validation", "test", "test"],
}
WEIGHTED = {"x": "input", "w": "weight"}


def test_weights_count_in_the_gradient_with_those_of_the_classes_and_alone_in_reported_losses(tmp_path: Path) -> None:
    words = {"split": SPLIT, "columns": WEIGHTED, "class_weights": {"b": 4.0}}
    data = loaded(store(tmp_path / "t", MIXED), tmp_path / "c", ("a", "b"), **words)
    assert data.train.weights is not None
    assert data.train.weights.tolist() == pytest.approx([1 / 7, 8 / 7, 12 / 7])  # 1, 2 · 4 and 3 · 4, with mean 1
    assert data.train.evaluation_weights is not None
    assert data.train.evaluation_weights.tolist() == pytest.approx([0.5, 1, 1.5])
    assert data.validation.evaluation_weights is not None
    assert data.validation.evaluation_weights.tolist() == [1]


def test_balanced_classes_have_the_same_total_weight(tmp_path: Path) -> None:
    data = loaded(store(tmp_path / "t", MIXED), tmp_path / "c", ("a", "b"), split=SPLIT, class_weights="balanced")
    assert data.train.weights is not None
    assert data.train.weights.tolist() == pytest.approx([1.5, 0.75, 0.75])
    assert data.train.evaluation_weights is None


def test_rows_that_are_left_out_are_noted_for_every_run(tmp_path: Path) -> None:
    table = store(tmp_path / "t", MIXED)
    for _ in range(2):  # the second time from the cache
        data = loaded(table, tmp_path / "c", ("a", "b"), split=SPLIT)
        assert data.notes == ("rows left out because their target is missing: 1, 1 of them in the test part",)


def test_several_numbers_are_standardized_each_and_labels_are_not(tmp_path: Path) -> None:
    columns: dict[str, Any] = {
        "x": np.arange(30) / 7,
        "a": np.arange(30) * 10.0,
        "b": np.arange(30) ** 2,
        "yes": np.arange(30) % 2 == 0,
        "no": np.arange(30) % 3 == 0,
    }
    table = store(tmp_path / "t", columns)
    several = loaded(table, tmp_path / "c", target=["a", "b"], split="random")
    assert several.train.targets.shape == (21, 2)
    assert several.train.targets.mean(0).tolist() == pytest.approx([0, 0], abs=1e-6)
    assert len(several.target_scale.mean) == 2
    labels = loaded(table, tmp_path / "c", ("yes", "no"), target=["yes", "no"], split="random")
    assert labels.train.targets.dtype == torch.float32
    assert set(labels.train.targets.flatten().tolist()) == {0.0, 1.0}


def test_images_stay_bytes_and_train(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (60, 3, 4, 1), dtype=np.uint8)
    table = store(tmp_path / "t", {"photo": images, "y": np.arange(60) % 2})
    data = loaded(table, tmp_path / "c", ("0", "1"), split="stratified")
    assert data.train.inputs.dtype == torch.uint8
    assert data.train.largest == 255
    assert len(epochs(data)) == 2


def closed() -> AbstractContextManager[Table]:
    raise AssertionError("the table is opened again")


def test_arrays_are_encoded_once_for_all_trainers_of_a_machine(tmp_path: Path) -> None:
    table = store(tmp_path / "t", MIXED)
    words = uploaded(table, ("a", "b"), split=SPLIT)
    first = load_uploaded(words, lambda: nullcontext(table), ArrayCache(tmp_path / "c"), print)
    again = load_uploaded(words, closed, ArrayCache(tmp_path / "c"), print)
    other_weights = uploaded(table, ("a", "b"), split=SPLIT, class_weights="balanced")
    again = load_uploaded(other_weights, closed, ArrayCache(tmp_path / "c"), print)
    assert torch.equal(first.train.inputs, again.train.inputs)
    assert first.preprocessing == again.preprocessing
    assert again.is_mapped
    assert not again.to(torch.device("cpu"), torch.float64).is_mapped


def test_who_weighs_the_classes_is_not_told_to_although_the_arrays_are_those_of_who_does_not(tmp_path: Path) -> None:
    n = 1000
    columns: dict[str, Any] = {"x": np.arange(n) % 7 + 0.5, "y": ["yes" if i % 60 == 0 else "no" for i in range(n)]}
    table, cache = store(tmp_path / "t", columns), tmp_path / "c"

    def told(**words: object) -> bool:
        data = loaded(table, cache, ("no", "yes"), split="random", **words)
        return "data_class_imbalance" in {one.id for one in data.findings}

    assert told()
    assert not told(class_weights="balanced")
    assert not told(class_weights={"yes": 50.0})
    assert told(class_weights="none")


@pytest.mark.parametrize(
    "change", [{"numbers": "robust"}, {"limit": 2}, {"split": {**SPLIT, "seed": 1}}, {"columns": {"x": "ignore"}}]
)
def test_other_words_are_other_arrays(tmp_path: Path, change: dict[str, object]) -> None:
    table = store(tmp_path / "t", MIXED)
    words = {"split": SPLIT, "columns": {"w": "input", "x": "input"}}
    assert uploaded(table, ("a", "b"), **words | change).key() != uploaded(table, ("a", "b"), **words).key()


def test_a_run_that_goes_on_encodes_as_its_checkpoint_did(tmp_path: Path) -> None:
    table = store(tmp_path / "t", MIXED)
    words = uploaded(table, ("a", "b"), split=SPLIT)
    fresh = load_uploaded(words, lambda: nullcontext(table), ArrayCache(tmp_path / "c"), print)
    assert fresh.preprocessing is not None
    other = fresh.preprocessing.replace('"high": 3.0', '"high": 5.0')
    assert other != fresh.preprocessing
    resumed = Uploaded(words.dataset, words.plan, Fitted.model_validate_json(other))
    data = load_uploaded(resumed, lambda: nullcontext(table), ArrayCache(tmp_path / "c"), print)
    assert data.preprocessing == other
    assert data.train.inputs[:, 0].tolist() == [0, 0.5, 0.25]


def test_a_run_that_goes_on_finds_the_arrays_that_it_began_with_and_so_does_one_that_begins(tmp_path: Path) -> None:
    table = store(tmp_path / "t", MIXED)
    words, cache = uploaded(table, ("a", "b"), split=SPLIT), ArrayCache(tmp_path / "c")
    fresh = load_uploaded(words, lambda: nullcontext(table), cache, print)
    assert fresh.preprocessing is not None
    resumed = Uploaded(words.dataset, words.plan, Fitted.model_validate_json(fresh.preprocessing))
    assert torch.equal(load_uploaded(resumed, closed, cache, print).train.inputs, fresh.train.inputs)
    elsewhere, opened = ArrayCache(tmp_path / "elsewhere"), []
    load_uploaded(resumed, lambda: nullcontext(table), elsewhere, print)
    arrays = folders(tmp_path / "elsewhere")
    load_uploaded(words, lambda: opened.append(table) or nullcontext(table), elsewhere, print)  # type: ignore[func-returns-value]
    assert len(opened) == 1, "a preprocessing is fitted on each machine"
    assert arrays < folders(tmp_path / "elsewhere") == folders(tmp_path / "c")


def folders(cache: Path) -> set[str]:
    return {path.name for path in cache.iterdir() if path.is_dir()}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"digest": "sha256:" + "0" * 64}, "has the digest sha256:[0-9a-f]{64}, not sha256:0000"),
        ({"columns": {"x": {"missing": "refuse"}}}, "'x' is missing in 1 of the rows"),
        ({"limit": 1}, "has other sizes than planned"),
    ],
)
def test_a_table_that_is_not_as_planned_is_an_error_with_a_sentence(
    tmp_path: Path, words: dict[str, Any], says: str
) -> None:
    table = store(tmp_path / "t", MIXED)
    planned = uploaded(table, ("a", "b"), split=SPLIT)
    dataset = Dataset.model_validate({**planned.dataset.model_dump(mode="json"), **words})
    with pytest.raises(DataError, match=says):
        load_uploaded(Uploaded(dataset, planned.plan), lambda: nullcontext(table), ArrayCache(tmp_path / "c"), print)


def test_arrays_that_nobody_uses_make_room_before_others_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = store(tmp_path / "t", MIXED)
    loaded(table, tmp_path / "c", ("a", "b"), split=SPLIT)
    before = folders(tmp_path / "c")

    def usage(_: Path) -> shutil._ntuple_diskusage:
        return shutil._ntuple_diskusage(10**6, 10**6, 0 if folders(tmp_path / "c") & before else 10**6)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    loaded(table, tmp_path / "c", ("a", "b"), split=SPLIT, numbers="robust")
    assert not folders(tmp_path / "c") & before


def test_arrays_larger_than_the_disk_are_refused_with_both_numbers(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"take 1e\+09 GB, but .* GB are free in .*: set `limit`, or encode"):
        check_size("mine", 10**18, tmp_path)
