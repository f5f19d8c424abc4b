"""The question that is asked of a table: its target, the columns that predict it, and the parts of the split."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradus.spec.loss import Task

TRAIN, VALIDATION, TEST = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Question:
    """What is known about the experiment. Every field may be missing, as it is when a file has just been uploaded."""

    target: str | None = None
    task: Task | None = None
    ignored: frozenset[str] = frozenset()
    """Columns that are not learned from."""
    group: str | None = None
    """The group column: rows with equal values in it belong together."""
    time: str | None = None
    """The column with the time at which a row was known."""
    split: str | None = None
    """The kind of the split."""
    split_column: str | None = None
    """The column that gives the part of each row."""
    numbers: Mapping[str, str] = field(default_factory=dict)
    """The encoding of each number column, such as `min_max`."""
    parts: NDArray[Any] | None = None
    """int8 (n,): 0 training, 1 validation, 2 test, -1 left out; None before a split."""

    @property
    def train(self) -> NDArray[np.intp] | None:
        """Rows of the training part."""
        return None if self.parts is None else np.flatnonzero(self.parts == TRAIN)

    @property
    def test(self) -> NDArray[np.intp] | None:
        """Rows of the test part, or of the validation part if there is no test part."""
        if self.parts is None:
            return None
        test = np.flatnonzero(self.parts == TEST)
        return test if len(test) else np.flatnonzero(self.parts == VALIDATION)
