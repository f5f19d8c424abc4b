"""Distributions that training finds hard: heavy tails, skewed targets, and categories that training never sees."""

from collections.abc import Iterator

import numpy as np

from gradus.wire.finding import Evidence, Finding, Patch
from preprocessing.findings.build import finding, of_columns, percent, some
from preprocessing.findings.sheet import Sheet

SQUEEZED = 0.02
"""Share of the range that holds the central 90 % of the values, below which there is a warning."""
NOTED = 0.15
"""Replaces `SQUEEZED` for a note instead of a warning. The share is about a half for a normal distribution, a third for
an exponential one."""
SKEWNESS = 3.0
CHANCE = 1e-4
"""If a random split puts all rows of a category into the test part with less than this probability, it is not
chance."""
MIN_DISTINCT = 20
MAX_CATEGORIES = 1000


def heavy_tails(sheet: Sheet) -> Iterator[Finding]:
    """Numbers whose extremes leave the others hardly any room when they are scaled."""
    for column in sheet.inputs:
        kind = sheet.question.numbers.get(column.name, "min_max")
        if (
            column.type not in ("integer", "number")
            or column.distinct < MIN_DISTINCT
            or kind not in ("min_max", "standard", "none")
        ):
            continue
        values = sheet.numbers(column.name)
        values = values[~np.isnan(values)]
        low, bottom, top, high = np.quantile(values, [0, 0.05, 0.95, 1])
        width = float(high - low)
        share = float(top - bottom) / width if width > 0 else 1.0
        if share > NOTED or top == bottom:
            continue
        yield finding(
            "heavy_tails",
            "warning" if share <= SQUEEZED else "note",
            column.name,
            f"90 % of the values of '{column.name}' lie within {percent(share)} of its range, from {low:.6g} to "
            f"{high:.6g}: with {kind} they look nearly equal to the network",
            [Evidence(statistic="share of the range for 90 %", column=column.name, value=share, threshold=NOTED)],
            of_columns({column.name: {"encode": {"kind": "robust"}}}, "keeps the outliers within ±3 deviations"),
            of_columns({column.name: {"encode": {"kind": "signed_log"}}}, "compresses large values"),
        )


def skewed_target(sheet: Sheet) -> Iterator[Finding]:
    """Targets with a few values that dominate the squared error."""
    if sheet.target is None or sheet.question.target is None:
        return
    values = sheet.target[~np.isnan(sheet.target)]
    if len(values) < MIN_DISTINCT or values.std() == 0:
        return
    skewness = float((((values - values.mean()) / values.std()) ** 3).mean())
    if abs(skewness) >= SKEWNESS:
        yield finding(
            "skewed_target",
            "note",
            sheet.question.target,
            f"the skewness of '{sheet.question.target}' is {skewness:.3g}: a few large values decide the squared error",
            [Evidence(statistic="skewness", column=sheet.question.target, value=skewness, threshold=SKEWNESS)],
            Patch(patch={"loss": {"kind": "huber"}}, why="counts large errors linearly"),
        )


def unseen_categories(sheet: Sheet) -> Iterator[Finding]:
    """Categories of the test rows that no training row has."""
    train, test = sheet.question.train, sheet.question.test
    if train is None or test is None or not len(test) or not sheet.is_whole:
        return
    for column in sheet.inputs:
        if column.type != "text" or column.distinct > min(MAX_CATEGORIES, 0.5 * sheet.table.rows):
            continue
        whole = sheet.table.column(column.name)
        codes = whole.values
        known = np.zeros(len(whole.categories) + 1, dtype=np.bool_)
        known[codes[train]] = True
        unseen = test[~known[codes[test]] & ~whole.missing[test]]
        if not len(unseen):
            continue
        found, counts = np.unique(codes[unseen], return_counts=True)
        names = [whole.categories[code] for code in found[np.argsort(-counts, kind="stable")]]
        share = len(test) / (len(test) + len(train))
        yield finding(
            "unseen_categories",
            "warning" if share ** counts.max() < CHANCE else "note",
            column.name,
            f"{len(unseen)} of {len(test)} test rows have a '{column.name}' that no training row has, such as "
            f"'{names[0][:80]}': the network gets zeros for it",
            [
                Evidence(
                    statistic="test rows with an unseen category",
                    column=column.name,
                    value=len(unseen),
                    rows=some(unseen),
                )
            ],
            of_columns({column.name: {"encode": {"kind": "hash"}}}, "gives every text an input, seen or not"),
        )
