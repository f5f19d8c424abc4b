"""Training on the future: rows or columns that are known only later."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gradus.wire.finding import Evidence, Finding
from preprocessing.findings.build import finding, of_columns, of_dataset, percent, some
from preprocessing.findings.sheet import Sheet

LATER = 0.5
"""Threshold for the share of rows in which a date lies after the time of the row."""
MIXED = 0.05
"""Threshold for the share of training rows that are later than the first test row."""


def time_travel(sheet: Sheet) -> Iterator[Finding]:
    """Dates after the time of their row, and training rows after test rows."""
    time = sheet.question.time
    if time is None or sheet.table.record(time).type not in ("date", "datetime"):
        return
    now = _micros(sheet, time)
    for column in sheet.inputs:
        if column.type not in ("date", "datetime"):
            continue
        other = _micros(sheet, column.name)
        later = other > now
        share = float(later[~np.isnan(other) & ~np.isnan(now)].mean()) if (~np.isnan(other - now)).any() else 0.0
        if share >= LATER:
            yield finding(
                "time_travel",
                "critical",
                column.name,
                f"'{column.name}' lies after '{time}' in {percent(share)} of the rows: it is not known when the "
                "prediction is made",
                [
                    Evidence(
                        statistic="share of rows with a later date",
                        column=column.name,
                        value=share,
                        threshold=LATER,
                        rows=some(sheet.rows[np.flatnonzero(later)]),
                    )
                ],
                of_columns({column.name: "ignore"}, "leaves the column out"),
            )
    yield from _future_in_training(sheet, time)


def _future_in_training(sheet: Sheet, time: str) -> Iterator[Finding]:
    train, test = sheet.question.train, sheet.question.test
    if train is None or test is None or not len(test) or not sheet.is_whole or sheet.question.split == "time":
        return
    moments = np.where((column := sheet.table.column(time)).missing, np.iinfo(np.int64).min, column.values)
    first = np.quantile(moments[test], 0.05)
    later = train[moments[train] > first]
    if len(later) >= MIXED * len(train):
        yield finding(
            "time_travel",
            "warning",
            time,
            f"{percent(len(later) / len(train))} of the training rows are later than the earliest test rows: the test "
            "says how well the past is filled in, not how well the future is predicted",
            [Evidence(statistic="training rows after test rows", column=time, value=len(later), rows=some(later))],
            of_dataset({"split": {"kind": "time", "column": time}}, "trains on the past and tests on the future"),
        )


def _micros(sheet: Sheet, name: str) -> NDArray[np.float64]:
    unit = 86_400_000_000 if sheet.table.record(name).type == "date" else 1
    return sheet.numbers(name) * unit
