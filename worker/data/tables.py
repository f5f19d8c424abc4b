"""Data sets that come with scikit-learn, without a download.

Their files are read directly: importing scikit-learn takes a second, and 80 MB in every process that trains.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from gradus.built_in_facts import BuiltInFacts
from worker.data.permutation import fixed_permutation
from worker.data.raw import Numbers, RawDataset

LARGEST: dict[str, float] = {"digits": 16}
"""Maximum of every input, for data sets whose inputs all have the bounds 0 and this."""


def read_table(facts: BuiltInFacts) -> RawDataset:
    """Read the table. As it has no test examples, they are split off by a permutation that is fixed for each data
    set."""
    inputs, targets = table(facts.name)
    order = fixed_permutation(facts.name, "test", len(targets))
    test, train = order[: facts.test_examples], order[facts.test_examples :]
    return RawDataset(inputs[train], targets[train], inputs[test], targets[test], largest=LARGEST.get(facts.name))


def table(name: str) -> tuple[Numbers, Numbers]:
    """Inputs (n, inputs) and targets (n,), bit for bit as `sklearn.datasets` loads them."""
    match name:
        case "digits":
            return _targets_last(_numbers("digits.csv.gz", delimiter=","))
        case "wine":
            return _targets_last(_numbers("wine_data.csv", delimiter=",", skiprows=1))
        case "diabetes":
            return _scaled(_numbers("diabetes_data_raw.csv.gz")), _numbers("diabetes_target.csv.gz")
        case _:
            return _targets_last(_numbers(f"{name}.csv", delimiter=",", skiprows=1))


def _targets_last(columns: Numbers) -> tuple[Numbers, Numbers]:
    return columns[:, :-1], columns[:, -1].astype(int)


def _scaled(inputs: Numbers) -> Numbers:
    """Each column with mean 0 and length 1."""
    scaled: Numbers = (inputs - inputs.mean(axis=0)) / inputs.std(axis=0) / len(inputs) ** 0.5
    return scaled


def _numbers(file: str, delimiter: str | None = None, skiprows: int = 0) -> Numbers:
    package = find_spec("sklearn")
    assert package is not None, "scikit-learn is not installed"
    assert package.origin is not None
    path = Path(package.origin).parent / "datasets" / "data" / file
    numbers: Numbers = np.loadtxt(path, delimiter=delimiter, skiprows=skiprows)
    return numbers
