"""The preprocessing of built-in data sets, which checkpoints store."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gradus.datasets import DATASETS
from gradus.spec.dataset import Dataset
from gradus.spec.experiment import Spec
from preprocessing.column import Column
from preprocessing.encode import Fitted, transform
from tests.built_in import resolved
from worker.data.load import split
from worker.data.raw import RawDataset
from worker.data.tables import read_table

NAMES = ["digits", "wine", "breast_cancer", "diabetes", "mnist"]


def raw_of(name: str) -> RawDataset:
    """The unprocessed data set; for MNIST, 100 images of noise instead."""
    facts = DATASETS[name]
    if facts.source != "idx":
        return read_table(facts)
    pixels = np.random.default_rng(0).integers(0, 256, (100, facts.inputs), dtype=np.uint8)
    pixels[:, :30] = 0  # as at the edge of each digit
    labels = np.arange(100) % 10
    return RawDataset(pixels[:80], labels[:80], pixels[80:], labels[80:], largest=255)


def columns_of(name: str, rows: NDArray[np.generic]) -> dict[str, Column]:
    names, missing = DATASETS[name].columns, np.zeros(len(rows), dtype=np.bool_)
    values = [rows] if len(names) == 1 else list(rows.T)
    return {one: Column(its, missing) for one, its in zip(names, values, strict=True)}


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_it_makes_the_inputs_of_the_run_bit_for_bit(name: str, standardize: bool) -> None:
    raw = raw_of(name)
    dataset = Dataset(name=name, standardize=standardize, validation_size=20)
    one = resolved(Spec(dataset=dataset, layers=[]))
    plan = one.data if name != "mnist" else one.data.model_copy(update={"train_examples": 60})
    data = split(one.spec.dataset, plan, raw)
    assert data.preprocessing is not None
    inputs = transform(Fitted.model_validate_json(data.preprocessing), columns_of(name, raw.test_inputs))
    expected = data.test.inputs.numpy()
    assert np.array_equal(inputs, expected if data.test.largest is None else expected / np.float32(255))
    assert not data.is_encoded


@pytest.mark.parametrize("name", NAMES[1:4])
def test_columns_have_the_names_that_scikit_learn_gives_them(name: str) -> None:
    from sklearn import datasets  # noqa: PLC0415 (slow)

    assert list(DATASETS[name].columns) == [str(one) for one in getattr(datasets, f"load_{name}")().feature_names]
