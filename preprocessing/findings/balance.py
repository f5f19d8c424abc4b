"""Classes that are too few, too rare or too unequal, and too few rows."""

from collections.abc import Iterable, Iterator

import numpy as np

from gradus.spec.class_weights import ClassWeights
from gradus.wire.finding import Evidence, Finding
from preprocessing.findings.build import finding, percent, some
from preprocessing.findings.sheet import Sheet

IMBALANCE = 0.05
"""Threshold of (share of the smallest class) · (number of classes) / 2, below which the class is easily overlooked."""
RARE = 10
"""Number of rows below which a class can be neither learned nor evaluated."""
FEW = 100
_IMBALANCE = "data_class_imbalance"


def class_imbalance(sheet: Sheet) -> Iterator[Finding]:
    """A class so small that never predicting it costs hardly any accuracy. Whether a network overlooks it shows only in
    its recall. Class weights cost accuracy where it does not, so the finding proposes no patch."""
    counts = _counts(sheet)
    if counts is None:
        return
    total, (name, least) = sum(counts.values()), min(counts.items(), key=lambda one: one[1])
    largest = max(counts.values())
    if least < RARE or least / total * len(counts) / 2 >= IMBALANCE:
        return
    yield finding(
        "class_imbalance",
        "warning",
        sheet.question.target,
        f"'{name}' has {percent(least / total)} of the rows and the largest class {percent(largest / total)}: a "
        f"network that always predicts the largest class is right in {percent(largest / total)} of the rows",
        [
            Evidence(
                statistic="share of the smallest class",
                column=sheet.question.target,
                value=least / total,
                threshold=2 * IMBALANCE / len(counts),
            )
        ],
    )


def rare_classes(sheet: Sheet) -> Iterator[Finding]:
    """Classes with so few rows that a part of the split has none or nearly none of them."""
    counts = _counts(sheet)
    if counts is None or sheet.classes is None:
        return
    rare = {name: count for name, count in counts.items() if count < RARE}
    if not rare or len(counts) < 2:
        return
    classes, names = sheet.classes
    rows = np.flatnonzero(np.isin(classes, [i for i, name in enumerate(names) if name in rare]))
    shown = ", ".join(f"'{name}' ({count})" for name, count in list(rare.items())[:5])
    yield finding(
        "rare_class",
        "warning" if min(rare.values()) < 3 else "note",
        sheet.question.target,
        f"classes with fewer than {RARE} rows are hardly learned, and few of their rows are in the test part: {shown}",
        [
            Evidence(
                statistic="rows of the rarest class",
                column=sheet.question.target,
                value=min(rare.values()),
                threshold=RARE,
                rows=some(sheet.rows[rows]),
            )
        ],
    )


def few_rows(sheet: Sheet) -> Iterator[Finding]:
    """A table with too few rows for a trustworthy result."""
    if 0 < sheet.table.rows < FEW:
        yield finding(
            "few_rows",
            "note",
            None,
            f"{sheet.table.rows} rows: differences between runs will mostly be chance",
            [Evidence(statistic="rows", value=sheet.table.rows, threshold=FEW)],
        )


def unanswered(found: Iterable[Finding], class_weights: ClassWeights | None) -> tuple[Finding, ...]:
    """The findings without those that the class weights of an experiment already address. Class weights belong to the
    loss, so a table's findings are computed without them and filtered here for experiments that set them."""
    are_weighed = class_weights not in (None, "none")
    return tuple(one for one in found if not (are_weighed and one.id == _IMBALANCE))


def _counts(sheet: Sheet) -> dict[str, int] | None:
    name = sheet.question.target
    if name is None or sheet.question.task != "classification":
        return None
    record = sheet.table.record(name)
    whole = 1 < record.distinct <= len(record.values)
    return {value.value: value.count for value in record.values} if whole else None
