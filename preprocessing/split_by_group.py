"""The split that keeps the rows of a group together."""

import numpy as np
from numpy.typing import NDArray

from gradus.encoding import Misfit
from gradus.spec.split import GroupedSplit
from gradus.split_sizes import NothingToTrain, rows_of
from preprocessing.draws import drawn_words
from preprocessing.group_choice import chosen_groups
from preprocessing.table import STACKED, Table
from preprocessing.texts import as_text


def by_group(split: GroupedSplit, table: Table, rows: NDArray[np.intp]) -> NDArray[np.int8]:
    """The part of each of these rows: 0 training, 1 validation, 2 test. A row without a group is a group of its own.

    The groups are taken in random order, first for test, then for validation. A group is left for a later part if more
    than half of it would exceed the size of the current part, so that large groups tend to be trained on.

    Raises:
        Misfit: there are fewer groups than parts, or the column has images or arrays.
        NothingToTrain: the parts would take all rows.
    """
    groups = _groups(split.column, table)[rows]
    _, members, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    wanted = [(2, rows_of(split.test, len(rows))), (1, rows_of(split.validation, len(rows)))]
    wanted = [(part, size) for part, size in wanted if size]
    if sum(size for _, size in wanted) >= len(rows):
        raise NothingToTrain(
            f"validation and test together leave none of the {len(rows)} rows for training: "
            "make `validation` or `test` smaller"
        )
    if len(sizes) <= len(wanted):
        raise Misfit(
            ("split", "column"),
            f"'{split.column}' has {len(sizes)} groups, but there are {len(wanted) + 1} parts: each needs a group",
        )
    part_of_group = np.zeros(len(sizes), dtype=np.int8)
    left = np.argsort(drawn_words(table.read.digest, "groups", split.seed, len(sizes)), kind="stable")
    for at, (part, size) in enumerate(wanted):
        chosen = chosen_groups(left, sizes, size, most=len(left) - len(wanted) + at)
        part_of_group[chosen] = part
        left = left[~np.isin(left, chosen)]
    return part_of_group[members]


def _groups(name: str, table: Table) -> NDArray[np.int64]:
    """A number for each row, equal for rows of one group."""
    type_ = table.record(name).type
    if type_ in STACKED:
        raise Misfit(("split", "column"), f"'{name}' has the type {type_}: group by a column of single values")
    column = as_text(table.column(name), type_)
    own = len(column.categories) + np.arange(table.rows, dtype=np.int64)
    return np.where(column.missing, own, column.values)
