"""Data sets that come with scikit-learn, without a download."""

from gradus.datasets import DatasetFacts
from worker.data.permutation import fixed_permutation
from worker.data.raw import RawDataset

LARGEST: dict[str, float] = {"digits": 16}
"""Maximum of every input, for data sets whose inputs all have the bounds 0 and this."""


def read_table(facts: DatasetFacts) -> RawDataset:
    """Read the table and split off test examples, as it has none, by a permutation that is fixed for each data set."""
    from sklearn import datasets  # noqa: PLC0415 (takes a second, only for tables)

    table = getattr(datasets, f"load_{facts.name}")()
    order = fixed_permutation(facts.name, "test", len(table.target))
    test, train = order[: facts.test_examples], order[facts.test_examples :]
    return RawDataset(
        table.data[train], table.target[train], table.data[test], table.target[test], largest=LARGEST.get(facts.name)
    )
