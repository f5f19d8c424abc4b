"""The split of a table's rows into training, validation and test.

Random draws depend on the digest of the table and the seed of the split, never on the seed of the run. Only a hash
split does not depend on the digest: its rows keep their part when the file grows.
"""

from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from gradus.encoding import Misfit
from gradus.facts import PARTS
from gradus.spec.split import (
    AnySplit,
    ColumnSplit,
    FilesSplit,
    GroupedSplit,
    HashSplit,
    PartSize,
    RandomSplit,
    StratifiedSplit,
    TimeSplit,
)
from gradus.split_sizes import NothingToTrain, part_sizes
from preprocessing.column import Mask
from preprocessing.draws import drawn_words
from preprocessing.split_by_group import by_group
from preprocessing.split_by_hash import by_hash
from preprocessing.split_by_time import by_time
from preprocessing.table import Table

TRAIN, VALIDATION, TEST, LEFT_OUT = 0, 1, 2, -1

Parts = NDArray[np.int8]
"""For each row `TRAIN`, `VALIDATION`, `TEST` or `LEFT_OUT`, (n,)."""
Strata = NDArray[np.int32]
"""For each row the position of its class, (n,)."""


def assign(split: AnySplit, table: Table, kept: Mask, strata: Strata | None = None) -> Parts:
    """The part of each row. Rows that are not `kept` are left out; in a split by time, rows without a time are, too.

    `strata` are the classes, if there are any; they count only in kept rows.

    Raises:
        Misfit: the table cannot be split this way. The message says what to do.
    """
    rows = np.flatnonzero(kept)
    parts: Parts = np.full(table.rows, LEFT_OUT, dtype=np.int8)
    try:
        parts[rows] = _assigned(split, table, rows, strata)
    except NothingToTrain as error:
        raise Misfit(("split",), str(error)) from None
    if not (parts == TRAIN).any():
        raise Misfit(("split",), "the split leaves no row for training")
    return parts


def said_parts(split: AnySplit, table: Table, rows: NDArray[np.intp]) -> Parts | None:
    """The part that a column or its file gives to each of these rows; None for other kinds of split.

    Raises:
        Misfit: the column has other values than the names of parts, or the part of a file is unknown.
    """
    match split:
        case ColumnSplit():
            return _by_column(split, table, rows)
        case FilesSplit():
            return _by_file(table, rows)
        case _:
            return None


def _assigned(split: AnySplit, table: Table, rows: NDArray[np.intp], strata: Strata | None) -> Parts:
    """The part of each of these rows."""
    match split:
        case RandomSplit():
            parts = _drawn(_words(split, table), rows, None, split.validation, split.test)
        case StratifiedSplit() if strata is None:
            raise Misfit(("split",), "`stratified` needs one target that is a class: choose `random`")
        case StratifiedSplit():
            parts = _drawn(_words(split, table), rows, strata, split.validation, split.test)
        case GroupedSplit():
            parts = by_group(split, table, rows)
        case TimeSplit():
            parts = by_time(split, table, rows)
        case ColumnSplit():
            parts = _with_validation(_by_column(split, table, rows), split, table, rows, strata)
        case HashSplit():
            parts = by_hash(split, table, rows)
        case FilesSplit():
            parts = _with_validation(_by_file(table, rows), split, table, rows, strata)
        case _:
            assert_never(split)
    return parts


def _words(split: RandomSplit | StratifiedSplit | ColumnSplit | FilesSplit, table: Table) -> NDArray[np.uint64]:
    return drawn_words(table.read.digest, "split", split.seed, table.rows)


def _drawn(
    words: NDArray[np.uint64],
    rows: NDArray[np.intp],
    strata: Strata | None,
    validation: PartSize,
    test: PartSize,
) -> Parts:
    """In each stratum, the rows with the smallest random words are the test part and the next ones the validation
    part."""
    codes = np.zeros(len(rows), dtype=np.int32) if strata is None else strata[rows]
    order = np.lexsort((words[rows], codes))
    sizes = part_sizes(np.bincount(codes, minlength=1).tolist(), validation, test)
    labels = np.tile(np.array([TEST, VALIDATION, TRAIN], dtype=np.int8), len(sizes))
    parts = np.empty(len(rows), dtype=np.int8)
    parts[order] = np.repeat(labels, [size for one in sizes for size in reversed(one)])
    return parts


def _with_validation(
    parts: Parts, split: ColumnSplit | FilesSplit, table: Table, rows: NDArray[np.intp], strata: Strata | None
) -> Parts:
    """The parts, with a validation part drawn from the training rows if there is none."""
    if (parts == VALIDATION).any():
        return parts
    pool = np.flatnonzero(parts == TRAIN)
    if not len(pool):
        raise Misfit(("split",), "no row is marked for training")
    parts[pool] = _drawn(_words(split, table), rows[pool], strata, split.validation, 0)
    return parts


def _by_column(split: ColumnSplit, table: Table, rows: NDArray[np.intp]) -> Parts:
    column = table.column(split.column)
    if table.record(split.column).type != "text":
        raise Misfit(("split", "column"), f"'{split.column}' must say train, validation or test in each row")
    codes = column.values[rows]
    counts = np.bincount(codes + 1, minlength=len(column.categories) + 1)  # the first count is of missing values
    names = ("", *column.categories)
    wrong = [f"'{name}' in {counts[i]} rows" for i, name in enumerate(names) if counts[i] and name not in PARTS]
    if wrong:
        raise Misfit(
            ("split", "column"),
            f"'{split.column}' has {', '.join(wrong[:10])}: it must say {', '.join(PARTS)} in each row",
        )
    place = np.array([PARTS.index(name) if name in PARTS else LEFT_OUT for name in names[1:]], dtype=np.int8)
    found: Parts = place[codes]
    return found


def _by_file(table: Table, rows: NDArray[np.intp]) -> Parts:
    files = table.read.files
    unknown = [file.name for file in files if file.split is None]
    if unknown:
        raise Misfit(
            ("split",),
            f"the upload did not give the part of {', '.join(map(repr, unknown[:10]))}: choose another split",
        )
    place: Parts = np.array([PARTS.index(file.split) for file in files if file.split is not None], dtype=np.int8)
    return place[table.files()[rows]]
