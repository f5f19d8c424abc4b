"""A data set as published, before it is split and scaled."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradus.built_in_facts import BuiltInFacts

Numbers = NDArray[Any]


@dataclass(frozen=True, eq=False)
class RawDataset:
    """Training examples, including the later validation split, and test examples."""

    inputs: Numbers
    """(n, inputs)."""
    targets: Numbers
    """(n,)."""
    test_inputs: Numbers
    """(m, inputs)."""
    test_targets: Numbers
    """(m,)."""
    largest: float | None
    """The maximum of every input, whose minimum is 0; None if each column is scaled by its own bounds."""

    def fits(self, facts: BuiltInFacts) -> bool:
        """Whether the data have the sizes that specs are validated with, and only classes that have names."""
        sizes = (self.inputs.shape, self.test_inputs.shape, self.targets.shape, self.test_targets.shape)
        n, m = facts.train_examples, facts.test_examples
        labels = np.concatenate([self.targets, self.test_targets])
        return sizes == ((n, facts.inputs), (m, facts.inputs), (n,), (m,)) and (
            facts.task == "regression" or (labels.min() >= 0 and labels.max() < len(facts.classes))
        )
