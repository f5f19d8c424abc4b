"""Columns from which nothing can be learned: ids and constants."""

from collections.abc import Iterator

import numpy as np

from gradus.wire.finding import Evidence, Finding
from preprocessing.findings.build import finding, of_columns, percent
from preprocessing.findings.sheet import Sheet

DISTINCT = 0.99
ONE_VALUE = 0.999
MIN_ROWS = 50


def id_columns(sheet: Sheet) -> Iterator[Finding]:
    """Columns of integers or texts, all different, that number or name the rows."""
    known = sheet.table.rows
    if known < MIN_ROWS:
        return
    for column in sheet.columns:
        if column.type not in ("integer", "text") or column.name == sheet.question.target:
            continue
        if column.distinct < DISTINCT * (known - column.missing) or column.missing > 0.01 * known:
            continue
        if column.type == "integer" and not _counts(sheet, column.name):
            continue
        used = column.name in {one.name for one in sheet.inputs}
        yield finding(
            "id_column",
            "warning" if used and column.type == "integer" else "note",
            column.name,
            f"'{column.name}' has {column.distinct} values in {known} rows: it only identifies the rows, and a "
            "network can only memorize it",
            [
                Evidence(
                    statistic="distinct values", column=column.name, value=column.distinct, threshold=DISTINCT * known
                )
            ],
            *([of_columns({column.name: "ignore"}, "leaves the column out")] if used else []),
        )


def one_column(sheet: Sheet) -> Iterator[Finding]:
    """A table with nothing beside its only column: a target needs inputs."""
    if len(sheet.columns) != 1:
        return
    name = sheet.columns[0].name
    yield finding(
        "one_column",
        "warning",
        name,
        f"'{name}' is the only column: there are no inputs to predict it from. If the lines of the file have several "
        "cells, set their delimiter in `parse`",
        [Evidence(statistic="columns", value=1, threshold=2)],
    )


def constants(sheet: Sheet) -> Iterator[Finding]:
    """Columns with one value in all, or nearly all, rows."""
    for column in sheet.inputs:
        if column.type in ("image", "array") or sheet.table.rows < 2:
            continue
        share = _largest_share(sheet, column.name)
        if share >= ONE_VALUE or column.distinct == 0:
            yield finding(
                "constant",
                "note",
                column.name,
                f"'{column.name}' "
                + ("is always missing" if column.distinct == 0 else f"has one value in {percent(share)} of the rows")
                + ": it cannot help",
                [Evidence(statistic="share of one value", column=column.name, value=share, threshold=ONE_VALUE)],
                of_columns({column.name: "ignore"}, "leaves the column out"),
            )


def _counts(sheet: Sheet, name: str) -> bool:
    """Whether the numbers number the rows: they rise or fall with the file's order, or have hardly any gaps."""
    values = sheet.numbers(name)
    values = values[~np.isnan(values)]
    if len(values) < 2:
        return False
    rising = float((np.diff(values) > 0).mean())
    step = max(1, len(sheet.rows) and sheet.table.rows // len(sheet.rows))
    dense = values.max() - values.min() < 1.5 * len(values) * step
    return rising > 0.99 or rising < 0.01 or bool(dense)


def _largest_share(sheet: Sheet, name: str) -> float:
    column = sheet.table.record(name)
    if column.values:
        return max(column.values[0].count, column.missing) / sheet.table.rows
    values = sheet.numbers(name)
    values = values[~np.isnan(values)]
    if not len(values):
        return 1.0
    return int(np.unique(values, return_counts=True)[1].max()) / len(sheet.rows)
