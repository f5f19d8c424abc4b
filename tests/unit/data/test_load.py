"""Data sets as a run gets them."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from gradus.datasets import DATASETS
from gradus.spec.dataset import Dataset
from gradus.spec.experiment import Spec
from hub.settings import Settings
from tests.built_in import resolved
from tests.servers.mirror import running_mirror
from tests.servers.processes import ROOT
from worker.data.errors import DataError
from worker.data.load import load
from worker.data.permutation import fixed_permutation
from worker.data.tables import table
from worker.training.data import Data, Split

TABLES = ["digits", "wine", "breast_cancer", "diabetes"]


def load_one(dataset: Dataset, *directories: Path, mirrors: Sequence[str] | None = None) -> Data:
    one = resolved(Spec(dataset=dataset, layers=[]))
    return load(one.spec.dataset, one.data, directories, print, mirrors)


def loaded(**fields: object) -> Data:
    return load_one(Dataset.model_validate(fields))


def rows(data: Data) -> list[bytes]:
    return [row.numpy().tobytes() for split in (data.train, data.validation, data.test) for row in split.inputs]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_the_one_of_scikit_learn_bit_for_bit(name: str) -> None:
    from sklearn import datasets  # noqa: PLC0415 (slow)

    inputs, targets = table(name)
    theirs = getattr(datasets, f"load_{name}")()
    assert np.array_equal(inputs, theirs.data)
    assert np.array_equal(targets, theirs.target)
    assert (inputs.dtype, targets.dtype) == (theirs.data.dtype, theirs.target.dtype)


def test_to_read_a_table_imports_no_scikit_learn() -> None:
    read = "import sys; from worker.data.tables import table; table('digits'); sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", read], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("extra", [{}, {"limit": 50}, {"validation_size": 0.3}, {"validation_size": 7}])
def test_the_splits_have_the_sizes_that_the_spec_promises(name: str, extra: dict[str, object]) -> None:
    dataset = Dataset.model_validate({"name": name, **extra})
    data, plan = load_one(dataset), resolved(Spec(dataset=dataset, layers=[])).data
    sizes = (plan.train_examples, plan.validation_examples, plan.test_examples)
    assert (len(data.train), len(data.validation), len(data.test)) == sizes
    assert data.train.inputs.shape[1] == plan.inputs
    assert data.plan == plan


def own_units(split: Split, data: Data) -> Tensor:
    """Targets in the units of the table, float64."""
    return split.targets.double() * data.target_scale.deviation[0] + data.target_scale.mean[0]


@pytest.mark.parametrize("name", TABLES)
def test_targets_are_classes_or_numbers(name: str) -> None:
    facts, data = DATASETS[name], loaded(name=name)
    for split in (data.train, data.validation, data.test):
        if facts.classes:
            assert split.targets.dtype == torch.int64
            assert set(split.targets.tolist()) == set(range(len(facts.classes)))
        else:
            assert split.targets.dtype == torch.float32
            values = own_units(split, data)
            assert 25 - 1e-4 <= values.min() < values.max() <= 346 + 1e-4  # the published range


@pytest.mark.parametrize("name", TABLES)
def test_no_example_is_lost_or_in_two_splits(name: str) -> None:
    from sklearn import datasets  # noqa: PLC0415 (slow)

    data, theirs = loaded(name=name), getattr(datasets, f"load_{name}")()
    assert len(rows(data)) == len(theirs.data)
    assert len(set(rows(data))) == len(np.unique(theirs.data, axis=0))
    totals = [own_units(split, data).sum().item() for split in (data.train, data.validation, data.test)]
    assert sum(totals) == pytest.approx(theirs.target.sum(), rel=1e-7)


@pytest.mark.parametrize("name", TABLES)
def test_training_inputs_fill_the_unit_interval(name: str) -> None:
    inputs = loaded(name=name).train.inputs
    assert inputs.dtype == torch.float32
    assert inputs.min() == 0
    assert inputs.max() == 1


def test_pixels_of_digits_are_sixteenths() -> None:
    data = loaded(name="digits")
    for split in (data.train, data.validation, data.test):
        sixteenths = split.inputs * 16
        assert torch.equal(sixteenths, sixteenths.round())


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("limit", [None, 40])
def test_standardised_training_inputs_have_mean_0_and_deviation_1(name: str, limit: int | None) -> None:
    inputs = loaded(name=name, standardize=True, limit=limit).train.inputs.double()
    deviation = inputs.std(dim=0, correction=0)
    constant = deviation < 1e-3  # such an input stays 0
    assert torch.allclose(inputs.mean(dim=0), torch.zeros(inputs.shape[1], dtype=torch.float64), atol=1e-5)
    assert torch.allclose(deviation[~constant], torch.ones(1, dtype=torch.float64), atol=1e-5)
    assert (inputs[:, constant].abs() < 1e-5).all()
    assert constant.any() == (name == "digits")  # the corners of an image are always white


def test_scaling_learns_nothing_from_what_is_not_trained_on() -> None:
    few, more = loaded(name="wine", limit=20), loaded(name="wine", limit=100)
    assert few.train.inputs.min() == 0
    assert few.train.inputs.max() == 1
    assert not torch.equal(few.test.inputs, more.test.inputs)
    assert (few.test.inputs > 1).any()


def test_a_limit_takes_the_first_of_the_same_order() -> None:
    few, all_of_them = loaded(name="digits", limit=100), loaded(name="digits")
    assert torch.equal(few.train.inputs, all_of_them.train.inputs[:100])
    assert torch.equal(few.validation.inputs, all_of_them.validation.inputs)
    assert torch.equal(few.test.inputs, all_of_them.test.inputs)


def test_a_larger_validation_set_contains_the_smaller() -> None:
    small, large = loaded(name="digits", validation_size=50), loaded(name="digits", validation_size=300)
    assert torch.equal(large.validation.inputs[:50], small.validation.inputs)


def test_every_load_gives_the_same_examples_in_the_same_order() -> None:
    assert rows(loaded(name="wine")) == rows(loaded(name="wine"))


def test_the_draw_of_a_data_set_never_changes() -> None:
    """The metrics of stored experiments were measured on these examples."""
    assert fixed_permutation("mnist", "validation", 60_000)[:6].tolist() == [10694, 17315, 34371, 43594, 51859, 8079]
    assert fixed_permutation("digits", "test", 1797)[:6].tolist() == [665, 384, 960, 1424, 1231, 1034]


def test_a_data_set_without_files_or_mirrors_says_where_to_put_them(tmp_path: Path) -> None:
    with running_mirror({}) as empty, pytest.raises(DataError, match="'mnist' is missing") as refusal:
        load_one(Dataset(name="mnist"), tmp_path, mirrors=[empty.url])
    assert str(tmp_path / "mnist") in str(refusal.value)


@pytest.mark.mnist
def test_mnist_is_read_whole() -> None:
    data = load_one(Dataset(name="mnist"), Path(os.environ["GRADUS_DATASETS_DIR"]))
    assert [len(split) for split in (data.train, data.validation, data.test)] == [55_000, 5_000, 10_000]
    assert torch.bincount(data.test.targets).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert data.test.targets[:5].tolist() == [7, 2, 1, 0, 4]
    total = torch.cat([data.train.inputs, data.validation.inputs]).mean(dtype=torch.float64) / 255
    assert total.item() == pytest.approx(0.1307, abs=1e-4)  # the mean that everybody normalises by
    assert data.train.inputs.is_contiguous()


@pytest.mark.mnist
def test_images_stay_bytes_unless_they_are_standardized() -> None:
    folders = Settings.from_env().dataset_dirs
    images = load_one(Dataset(name="mnist", limit=100), *folders)
    scaled = load_one(Dataset(name="mnist", limit=100, standardize=True), *folders)
    for split in (images.train, images.validation, images.test):
        assert split.inputs.dtype == torch.uint8
        assert split.inputs.max() == split.largest == 255
    assert (scaled.train.inputs.dtype, scaled.train.largest) == (torch.float32, None)
    assert images.to(torch.device("cpu"), torch.float64).train.inputs.max() == 1
