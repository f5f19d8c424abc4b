"""A data set as it is published, before it is cut and scaled."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradus.datasets import DatasetFacts

Numbers = NDArray[Any]


@dataclass(frozen=True, eq=False)
class RawDataset:
    """Training examples, validation examples among them, and test examples."""

    inputs: Numbers
    """(n, inputs)."""
    targets: Numbers
    """(n,)."""
    test_inputs: Numbers
    """(m, inputs)."""
    test_targets: Numbers
    """(m,)."""
    largest: float | None
    """The largest value that an input can have, the smallest being 0; None where columns have bounds of their own."""

    def fits(self, facts: DatasetFacts) -> bool:
        """Whether the sizes are those that specs are checked against, and the classes those that have names."""
        sizes = (self.inputs.shape, self.test_inputs.shape, self.targets.shape, self.test_targets.shape)
        n, m = facts.train_examples, facts.test_examples
        labels = np.concatenate([self.targets, self.test_targets])
        return sizes == ((n, facts.inputs), (m, facts.inputs), (n,), (m,)) and (
            facts.task == "regression" or (labels.min() >= 0 and labels.max() < len(facts.classes))
        )
