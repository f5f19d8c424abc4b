"""Access to the rows of a table, for what its facts do not contain."""

from collections.abc import Sequence
from typing import Protocol

from gradus.facts import TableFacts
from gradus.spec.dataset import Dataset
from gradus.spec.target import Tags
from gradus.split_sizes import Sizes


class StoredRows(Protocol):
    """The rows of the tables that a request names."""

    def sizes(self, facts: TableFacts, dataset: Dataset, classes: Sequence[str]) -> Sizes:
        """The numbers of examples for training, validation and test. `dataset` is resolved.

        Raises:
            Misfit: the rows cannot be split in this way.
        """

    def labels(self, facts: TableFacts, target: Tags) -> tuple[str, ...]:
        """The distinct tags of a column, sorted."""
