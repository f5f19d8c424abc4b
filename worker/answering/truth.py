"""The ground truth of a split: the targets in their own units, and the positions of the examples in the data set."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evaluation.examples import Floats, Integers
from gradus.datasets import DATASETS
from gradus.facts import Part
from hub.artifacts.local_copies import FOLDER, LocalCopies
from hub.artifacts.store import artifact_store
from hub.questions.question import TrainedNetwork
from worker.answering.protocol import Ask
from worker.data.permutation import fixed_permutation
from worker.data.tables import read_table

if TYPE_CHECKING:  # DuckDB may not be installed
    from preprocessing.table import Table


@dataclass(frozen=True, eq=False)
class Truth:
    """Rows and targets of each split."""

    rows: dict[Part, Integers]
    """The position of each example: in an uploaded table, or in the published training or test file."""
    targets: dict[Part, Floats] | None
    """Regression targets, (n, targets), or labels, (n, labels); None for classes and for built-in labels, because the
    tensors of the split hold them exactly."""


def truth(ask: Ask, network: TrainedNetwork) -> Truth:
    """The ground truth of a network's data.

    Raises:
        DataError: the data set was deleted or is damaged.
    """
    if network.spec.dataset.digest is None:
        return _of_built_in(network)
    with opened_table(ask, network) as table:
        from preprocessing.parts import rows_of  # noqa: PLC0415 (as above)

        found = rows_of(network.spec.dataset, network.data.classes, table, network.spec.dataset.limit)
    rows: dict[Part, Integers] = {"train": found.train, "validation": found.validation, "test": found.test}
    if network.data.task == "classification":
        return Truth(rows, None)
    values = found.targets.values.astype(np.float64).reshape(len(found.targets.values), -1)
    return Truth(rows, {part: values[places] for part, places in rows.items()})


@contextmanager
def opened_table(ask: Ask, network: TrainedNetwork) -> "Iterator[Table]":
    """The stored table of an uploaded data set.

    Raises:
        DataError: it was deleted or is damaged.
    """
    from worker.data.stored_table import stored_table  # noqa: PLC0415 (as above)

    copies = LocalCopies(artifact_store(ask.artifacts_url), Path(ask.dataset_dirs[-1]) / FOLDER)
    with stored_table(copies, network.table, network.spec.dataset.name, lambda _: None) as table:
        yield table


def _of_built_in(network: TrainedNetwork) -> Truth:
    facts, plan, name = DATASETS[network.spec.dataset.name], network.data, network.spec.dataset.name
    order = fixed_permutation(name, "validation", facts.train_examples)
    validation, train = np.split(order[: plan.validation_examples + plan.train_examples], [plan.validation_examples])
    test: NDArray[np.intp] = np.arange(facts.test_examples)
    targets = None
    if plan.task == "regression":
        raw = read_table(facts)
        parts = {"train": raw.targets[train], "validation": raw.targets[validation], "test": raw.test_targets}
        targets = {part: np.asarray(one, np.float64).reshape(len(one), -1) for part, one in parts.items()}
    if facts.source != "idx":  # its one file is split into training and test examples
        file = fixed_permutation(name, "test", facts.train_examples + facts.test_examples)
        of_train = file[facts.test_examples :]
        train, validation, test = of_train[train], of_train[validation], file[: facts.test_examples]
    return Truth({"train": train, "validation": validation, "test": test}, targets)  # type: ignore[arg-type]
