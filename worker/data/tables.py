"""The data sets that come with scikit-learn: no download."""

from gradus.datasets import DatasetFacts
from worker.data.permutation import fixed_permutation
from worker.data.raw import RawDataset

LARGEST: dict[str, float] = {"digits": 16}
"""Where every input has the same known bounds."""


def read_table(facts: DatasetFacts) -> RawDataset:
    """The table, with test examples drawn by the data set's own fixed seed: it has none by itself."""
    from sklearn import datasets  # noqa: PLC0415 (takes a second, which runs on images need not wait)

    table = getattr(datasets, f"load_{facts.name}")()
    order = fixed_permutation(facts.name, "test", len(table.target))
    test, train = order[: facts.test_examples], order[facts.test_examples :]
    return RawDataset(
        table.data[train], table.target[train], table.data[test], table.target[test], largest=LARGEST.get(facts.name)
    )
