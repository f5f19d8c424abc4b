"""Rows that belong together, such as the visits of one patient, in two parts of the split."""

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gradus.wire.finding import Evidence, Finding
from preprocessing.findings.build import finding, of_columns, of_dataset, some
from preprocessing.findings.sheet import Sheet

SHARE = 0.05
"""Threshold for the share of test rows whose group also occurs in training."""
NAMES = re.compile(
    r"(^|_|\b)(id|uid|uuid|key|code|nr|no|number|patient|subject|person|user|customer|client|household|family|group|"
    r"session|device|machine|site|hospital|school|store|author|speaker|account|member|participant|case)s?($|_|\b)",
    re.IGNORECASE,
)
"""Words in column names that identify the owner of a row, such as a patient."""


def group_in_two_parts(sheet: Sheet) -> Iterator[Finding]:
    """The groups that occur in both the training and the test set: those of the group column or, if there is none, of a
    column that looks like one."""
    train, test = sheet.question.train, sheet.question.test
    if train is None or test is None or not len(test) or not sheet.is_whole or sheet.question.split == "grouped":
        return
    named = sheet.question.group
    for column in sheet.columns:
        if column.name != named and (named is not None or not _is_group(sheet, column.name)):
            continue
        codes = _codes(sheet, column.name)
        shared = test[np.isin(codes[test], codes[train]) & (codes[test] >= 0)]
        if len(shared) >= max(1, (0 if column.name == named else SHARE) * len(test)):
            groups = len(np.unique(codes[shared]))
            yield finding(
                "group_in_two_parts",
                "critical" if column.name == named else "warning",
                column.name,
                f"{len(shared)} of {len(test)} test rows belong to {groups} values of '{column.name}' that training "
                "has, too: the network may recognize them instead of learning the rule",
                [
                    Evidence(
                        statistic="test rows of known groups", column=column.name, value=len(shared), rows=some(shared)
                    )
                ],
                of_dataset({"split": {"kind": "grouped", "column": column.name}}, "keeps each group in one part"),
                of_columns({column.name: "group"}, "says that equal values belong together"),
            )


def group_not_kept(sheet: Sheet) -> Iterator[Finding]:
    """A group column that the split ignores, in a table too large to check which groups are in two parts."""
    question = sheet.question
    if question.group is None or sheet.is_whole or question.split in {None, "grouped"}:
        return
    yield finding(
        "group_not_kept",
        "warning",
        question.group,
        f"'{question.group}' says which rows belong together, but the split `{question.split}` ignores it: a group may "
        "be in both training and test",
        [Evidence(statistic="rows", value=sheet.table.rows)],
        of_dataset({"split": {"kind": "grouped", "column": question.group}}, "keeps each group in one part"),
        of_columns({question.group: "ignore"}, "says that the rows are independent"),
    )


def _is_group(sheet: Sheet, name: str) -> bool:
    """Whether the column looks like the owner of the rows: many repeated values, whose rows have something in
    common."""
    record = sheet.table.record(name)
    if record.type not in ("text", "integer") or name == sheet.question.target or record.missing > sheet.table.rows / 2:
        return False
    repeats = 20 <= record.distinct <= 0.7 * sheet.table.rows
    return repeats and bool(NAMES.search(_words(name))) and _has_constants(sheet, name)


def _words(name: str) -> str:
    """The name with an underscore between its words: customerId becomes customer_Id."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)


def _has_constants(sheet: Sheet, name: str) -> bool:
    """Whether another column, or the target, varies much less within the groups than between them."""
    codes = _codes(sheet, name)[sheet.rows]
    for other in sheet.columns:
        if other.name != name and other.type in ("integer", "number", "boolean", "text") and other.distinct > 1:
            values = sheet.column(other.name).values
            if other.type == "text":
                if other.distinct <= 0.5 * sheet.table.rows and _agreement(codes, values.astype(np.int64)):
                    return True
            elif _shared_variance(codes, sheet.numbers(other.name)) > 0.3:
                return True
    return False


def _shared_variance(codes: NDArray[np.int64], values: NDArray[np.float64]) -> float:
    """The intraclass correlation: the share of the variance that lies between the groups, corrected for their number
    (ω²)."""
    known = (codes >= 0) & ~np.isnan(values)
    group, values = np.unique(codes[known], return_inverse=True)[1], values[known]
    n, k = len(values), int(group.max(initial=-1)) + 1
    if n <= k or k < 2:
        return 0.0
    means = np.bincount(group, weights=values) / np.bincount(group)
    total = float(np.square(values - values.mean()).sum())
    within = float(np.square(values - means[group]).sum())
    error = within / (n - k)
    return (total - within - (k - 1) * error) / (total + error) if total > 0 else 0.0


def _agreement(codes: NDArray[np.int64], values: NDArray[np.int64]) -> bool:
    """Whether neighbours within a group have equal texts much more often than any two rows have."""
    order = np.lexsort((values, codes))
    same_group = codes[order][1:] == codes[order][:-1]
    if same_group.sum() < 20:
        return False
    equal = float((values[order][1:] == values[order][:-1])[same_group].mean())
    shares = np.unique(values, return_counts=True)[1] / len(values)
    chance = float(np.square(shares).sum())
    return equal - chance > 0.5 * (1 - chance) and chance < 0.8


def _codes(sheet: Sheet, name: str) -> NDArray[np.int64]:
    column = sheet.table.column(name)
    return np.where(column.missing, -1, np.unique(column.values, return_inverse=True)[1]).astype(np.int64)
