"""A column that gives the target away: by its values, or by being missing."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gradus.wire.finding import Evidence, Finding
from gradus.wire.table import ColumnRecord
from preprocessing.findings.build import finding, of_columns, some
from preprocessing.findings.prediction import MIN_ROWS, Score, class_score, number_score
from preprocessing.findings.sheet import NUMERIC, Sheet

THRESHOLD = 0.98
"""Score from which on a single column predicts too well to be known beforehand; the lower end of its interval is
compared."""
PRESENCE = 0.95
"""Least difference between the shares of rows without a value, in a class and in the other classes."""


def leaks(sheet: Sheet) -> Iterator[Finding]:
    """Columns that alone predict the target out of sample."""
    for column in sheet.inputs:
        found = score(sheet, column, THRESHOLD)
        if found is not None and found.low >= THRESHOLD:
            yield finding(
                "leak",
                "critical",
                column.name,
                f"'{column.name}' alone predicts '{sheet.question.target}' with {_name(found)} {found.value:.4f} on "
                "rows it was not fitted to: is it known before the target is?",
                [Evidence(statistic=found.name, column=column.name, value=found.value, threshold=THRESHOLD)],
                of_columns({column.name: "ignore"}, "leaves the column out, as it is when the target is not known yet"),
            )


def score(sheet: Sheet, column: ColumnRecord, needed: float = 0.0) -> Score | None:
    """How well the column alone predicts the target; None if this cannot be computed, or is less than `needed`."""
    if column.type == "text":
        values: NDArray[np.int64] | NDArray[np.float64] = sheet.column(column.name).values.astype(np.int64)
    elif column.type in NUMERIC or column.type == "boolean":
        values = sheet.numbers(column.name)
    else:
        return None
    return score_of(sheet, values, needed)


def score_of(sheet: Sheet, values: NDArray[np.int64] | NDArray[np.float64], needed: float = 0.0) -> Score | None:
    """How well codes (-1 for missing) or numbers (NaN for missing) predict the target. May be None if the score is less
    than `needed`."""
    if sheet.classes is not None:
        classes, names = sheet.classes
        return class_score(values, classes, len(names), needed)
    return None if sheet.target is None else number_score(values, sheet.target)


def missing_by_class(sheet: Sheet) -> Iterator[Finding]:
    """Columns that are missing in nearly all rows of a class and in nearly none of the others, or the reverse."""
    if sheet.classes is None:
        return
    classes, names = sheet.classes
    for column in sheet.inputs:
        if not column.missing or column.type in ("image", "array"):
            continue
        missing = sheet.column(column.name).missing
        for label, name in enumerate(names):
            inside, outside = missing[classes == label], missing[(classes >= 0) & (classes != label)]
            if min(len(inside), len(outside)) < MIN_ROWS:
                continue
            here, there = float(inside.mean()), float(outside.mean())
            if abs(here - there) >= PRESENCE:
                yield _missing(sheet, column.name, name, (here, there), np.flatnonzero(missing))
                break


def _missing(sheet: Sheet, column: str, label: str, shares: tuple[float, float], rows: NDArray[np.intp]) -> Finding:
    return finding(
        "missing_by_class",
        "critical",
        column,
        f"'{column}' is missing in {100 * shares[0]:.1f} % of the rows of '{label}' and in {100 * shares[1]:.1f} % of "
        "the others: its absence gives the class away",
        [
            Evidence(
                statistic="difference between the shares of missing values",
                column=column,
                value=abs(shares[0] - shares[1]),
                threshold=PRESENCE,
                rows=some(sheet.rows[rows]),
            )
        ],
        of_columns({column: "ignore"}, "leaves the column out, so that its absence gives nothing away"),
    )


def _name(score: Score) -> str:
    return "AUC" if score.name == "auc" else "R²"
