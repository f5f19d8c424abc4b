"""What facts do not tell of a table, but its rows do."""

from collections.abc import Sequence
from typing import Protocol

from gradus.facts import TableFacts
from gradus.spec.dataset import Dataset
from gradus.spec.target import Tags
from gradus.split_sizes import Sizes


class StoredRows(Protocol):
    """The rows of the tables that a request names."""

    def sizes(self, facts: TableFacts, dataset: Dataset, classes: Sequence[str]) -> Sizes:
        """The examples for training, validation and test. `dataset` is resolved.

        Raises:
            Misfit: the rows cannot be split so.
        """

    def labels(self, facts: TableFacts, target: Tags) -> tuple[str, ...]:
        """The different tags of a column, sorted."""
