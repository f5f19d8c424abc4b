"""Rows that are there twice: in two parts of the split, or with different targets."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gradus.wire.finding import Evidence, Finding, Patch
from gradus.wire.table import ColumnRecord
from preprocessing.findings.build import finding, of_dataset, percent, some
from preprocessing.findings.sheet import Sheet
from preprocessing.row_hash import row_hashes

SHARE = 0.01
"""Share of rows from which on equal rows matter."""
MIN_ROWS = 3


def duplicate_rows(sheet: Sheet) -> Iterator[Finding]:
    """Rows that are equal to an earlier one in every column, the target included."""
    if sheet.question.parts is not None or not sheet.is_whole:
        return
    hashes = row_hashes(sheet.table, _identity(sheet, with_target=True))
    _, first = np.unique(hashes, return_index=True)
    repeated = np.setdiff1d(np.arange(len(hashes)), first)
    if len(repeated) >= max(MIN_ROWS, SHARE * len(hashes)) and not _by_chance(sheet, len(repeated)):
        yield finding(
            "duplicate_rows",
            "warning",
            None,
            f"{len(repeated)} of {len(hashes)} rows ({percent(len(repeated) / len(hashes))}) are equal to an earlier "
            "row: a random split puts copies of a row into training and test, and the test is too easy",
            [Evidence(statistic="rows repeated", value=len(repeated), rows=some(repeated))],
            _hash_split(sheet),
        )


def equal_rows_across_parts(sheet: Sheet) -> Iterator[Finding]:
    """Test rows that the network has seen in training."""
    train, test = sheet.question.train, sheet.question.test
    if train is None or test is None or not len(test) or not sheet.is_whole:
        return
    hashes = row_hashes(sheet.table, _identity(sheet, with_target=False))
    seen = test[np.isin(hashes[test], hashes[train])]
    if len(seen) < max(MIN_ROWS, SHARE * len(test)) or _by_chance(sheet, len(seen)):
        return
    yield finding(
        "equal_rows_across_parts",
        "warning",
        None,
        f"{len(seen)} of {len(test)} test rows ({percent(len(seen) / len(test))}) are equal to a training row in every "
        "input: the test partly measures what the network has memorized",
        [
            Evidence(
                statistic="test rows seen in training", value=len(seen), threshold=SHARE * len(test), rows=some(seen)
            )
        ],
        _hash_split(sheet),
    )


def contradictory_labels(sheet: Sheet) -> Iterator[Finding]:
    """Rows that are equal in every input and have different classes."""
    if sheet.classes is None or sheet.question.target is None or not sheet.is_whole:
        return
    hashes = row_hashes(sheet.table, _identity(sheet, with_target=False))[sheet.rows]
    classes, _ = sheet.classes
    rows = np.flatnonzero(classes >= 0)
    outvoted = rows[_outvoted(hashes[rows], classes[rows])]
    if len(outvoted) < max(MIN_ROWS, SHARE * len(rows)) or _by_chance(sheet, len(outvoted)):
        return
    yield finding(
        "contradictory_labels",
        "warning",
        sheet.question.target,
        f"{len(outvoted)} of {len(rows)} rows ({percent(len(outvoted) / len(rows))}) have another "
        f"'{sheet.question.target}' than most rows with equal inputs: no network can be right about both",
        [
            Evidence(
                statistic="rows outvoted",
                value=len(outvoted),
                threshold=SHARE * len(rows),
                rows=some(sheet.rows[outvoted]),
            )
        ],
    )


def _outvoted(hashes: NDArray[np.uint64], classes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the row's class is not the most frequent one among the rows that are equal to it."""
    group = np.unique(hashes, return_inverse=True)[1]
    pairs, pair, counts = np.unique(np.stack([group, classes]), axis=1, return_inverse=True, return_counts=True)
    order = np.lexsort((-counts, pairs[0]))
    leads = np.zeros(len(counts), dtype=np.bool_)
    leads[order[np.append(True, pairs[0][order][1:] != pairs[0][order][:-1])]] = True
    return ~leads[pair.reshape(-1)]


def _identity(sheet: Sheet, *, with_target: bool) -> tuple[str, ...]:
    """The columns that are compared: all except integer columns of unique values, which only number the rows."""
    return tuple(
        column.name
        for column in sheet.columns
        if not _counts_rows(column, sheet.table.rows)
        and column.name != sheet.question.split_column
        and (with_target or column.name != sheet.question.target)
    )


def _counts_rows(column: ColumnRecord, rows: int) -> bool:
    return column.type == "integer" and column.distinct >= 0.99 * rows


def _by_chance(sheet: Sheet, found: int) -> bool:
    """Whether the equal rows may be chance: rows with only a few categories repeat anyway.

    Pairs of rows that differ in one column j alone are not copies. Let r be the probability that j is equal when all
    other columns are. Then (pairs that differ in j alone) · r / (1 - r) equal pairs are expected by chance; r is
    estimated from pairs that differ in another column k. The columns with the most values serve as j and k.
    """
    names = _identity(sheet, with_target=False)
    spread = sorted(names, key=lambda name: -_distinct(sheet, name))
    if len(spread) < 3:
        return True
    j, k = spread[:2]
    equal, without_j, without_k, without_both = (
        _pairs(sheet, [name for name in names if name not in left_out]) for left_out in ((), (j,), (k,), (j, k))
    )
    differ_in_k, differ_in_both = without_k - equal, max(1, without_both - without_j - without_k + equal)
    odds = differ_in_k / differ_in_both  # r / (1 - r): equal in j against different in j, where k differs
    expected = (without_j - equal) * odds
    return equal <= 3 * expected + MIN_ROWS - 1 or found < MIN_ROWS


def _pairs(sheet: Sheet, names: list[str]) -> float:
    """Number of pairs of rows that are equal in these columns."""
    counts = np.unique(row_hashes(sheet.table, names), return_counts=True)[1].astype(np.float64)
    return float((counts * (counts - 1) / 2).sum())


def _distinct(sheet: Sheet, name: str) -> float:
    record = sheet.table.record(name)
    return np.inf if record.type in ("image", "array") else float(record.distinct)


def _hash_split(sheet: Sheet) -> Patch:
    names = list(_identity(sheet, with_target=False))[:100]
    return of_dataset({"split": {"kind": "hash", "columns": names}}, "puts equal rows into the same part")
