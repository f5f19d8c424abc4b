"""Which rows of a table a run trains, validates and tests on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradus.roles import TableWords
from gradus.spec.split import AutoSplit
from preprocessing.draws import drawn_words
from preprocessing.split import LEFT_OUT, TEST, TRAIN, VALIDATION, assign, said_parts
from preprocessing.table import Table
from preprocessing.target import Targets, targets_of


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of each part, as ascending positions in the table, and the targets."""

    train: NDArray[np.intp]
    validation: NDArray[np.intp]
    test: NDArray[np.intp]
    targets: Targets
    """The targets of all rows of the table."""
    without_target: int
    """Rows left out because a target is missing."""
    test_without_target: int
    """How many of these rows a column or file assigns to the test part."""
    without_time: int
    """Rows left out of a split by time because their time is missing."""


def rows_of(words: TableWords, classes: Sequence[str], table: Table, limit: int | None = None) -> Rows:
    """The rows of each part. `words` is the data set of a resolved spec; `classes` are the classes of the plan, empty
    for regression.

    `limit` takes the first n training rows in an order drawn from the table's digest, so that a larger limit contains
    the rows of a smaller one.

    Raises:
        Misfit: the table does not have these targets, or cannot be split this way.
    """
    assert words.target is not None
    assert words.split is not None
    assert not isinstance(words.split, AutoSplit)
    targets = targets_of(words.target, classes, table)
    strata = targets.values.astype(np.int32) if classes and targets.values.ndim == 1 else None
    parts = assign(words.split, table, targets.known, strata)
    without_time = int((targets.known & (parts == LEFT_OUT)).sum())
    train, validation, test = (np.flatnonzero(parts == part) for part in (TRAIN, VALIDATION, TEST))
    unknown = np.flatnonzero(~targets.known)
    said = said_parts(words.split, table, unknown)
    in_test = 0 if said is None else int((said == TEST).sum())
    return Rows(_limited(train, limit, table), validation, test, targets, len(unknown), in_test, without_time)


def _limited(train: NDArray[np.intp], limit: int | None, table: Table) -> NDArray[np.intp]:
    if limit is None or limit >= len(train):
        return train
    words = drawn_words(table.read.digest, "limit", 0, table.rows)[train]
    return np.sort(train[np.argsort(words, kind="stable")[:limit]])
