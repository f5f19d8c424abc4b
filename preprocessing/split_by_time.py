"""The split by time: training first, then validation, then test."""

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from gradus.encoding import Misfit
from gradus.spec.split import TimeSplit
from gradus.split_sizes import NothingToTrain, rows_of
from preprocessing.table import Table

MICROSECONDS_PER_DAY = 86_400_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def by_time(split: TimeSplit, table: Table, rows: NDArray[np.intp]) -> NDArray[np.int8]:
    """The part of each of these rows: 0 training, 1 validation, 2 test, -1 without a time.

    If a part would begin within rows of equal time, it begins before or after all of them, whichever is nearer.

    Raises:
        Misfit: the column has no times, `test_from` or `validation_from` is not a time, or a part would have no rows
            because of equal times.
        NothingToTrain: the parts would take all rows.
    """
    column = table.column(split.column)
    times = _times(split, table)[rows]
    known = ~column.missing[rows]
    ordered = np.sort(times[known])
    if not len(ordered):
        raise Misfit(("split", "column"), f"'{split.column}' is missing in all rows: choose another column")
    test = _test_begin(split, ordered, table)
    validation = _validation_begin(split, ordered, test, table)
    parts = np.full(len(rows), -1, dtype=np.int8)
    place = np.searchsorted(ordered, times[known], side="left")
    parts[known] = (place >= validation).astype(np.int8) + (place >= test)
    return parts


def _test_begin(split: TimeSplit, ordered: NDArray[np.float64], table: Table) -> int:
    """Position of the first row of the test part among the ordered times; their number if there is no test part."""
    if split.test_from is not None:
        return _from("test_from", split.test_from, ordered, len(ordered), split, table)
    size, end = rows_of(split.test, len(ordered)), len(ordered)
    has_validation = split.validation_from is not None or rows_of(split.validation, end) > 0
    first_time = int(np.searchsorted(ordered, ordered[0], side="right")) if has_validation else 0
    return _boundary(ordered, end - size, range(first_time + 1, end), split) if size else end


def _validation_begin(split: TimeSplit, ordered: NDArray[np.float64], test: int, table: Table) -> int:
    if split.validation_from is not None:
        return _from("validation_from", split.validation_from, ordered, test, split, table)
    size = rows_of(split.validation, len(ordered))
    return _boundary(ordered, test - size, range(1, test), split) if size else test


def _from(field: str, instant: str, ordered: NDArray[np.float64], end: int, split: TimeSplit, table: Table) -> int:
    """Position of the first time that is not before the instant."""
    begin = int(np.searchsorted(ordered, _instant(field, instant, table.record(split.column).type), side="left"))
    if not 0 < begin < end:
        where = "before" if begin == 0 else "from"
        raise Misfit(("split", field), f"no row of '{split.column}' is left {where} {instant}: choose another time")
    return begin


def _boundary(ordered: NDArray[np.float64], wanted: int, among: range, split: TimeSplit) -> int:
    """The position nearest to `wanted` at which the time changes, among the positions `among`."""
    if wanted <= 0:
        raise NothingToTrain(
            f"validation and test together leave none of the {len(ordered)} rows for training: "
            "make `validation` or `test` smaller"
        )
    time = ordered[wanted]
    before, after = (int(np.searchsorted(ordered, time, side=side)) for side in ("left", "right"))
    found = [at for at in (before, after) if at in among]
    if not found:
        raise Misfit(
            ("split", "column"),
            f"{after - before} of {len(ordered)} rows have the same '{split.column}', and equal times stay together: "
            "no rows would be left for another part",
        )
    return min(found, key=lambda at: abs(at - wanted))


def _times(split: TimeSplit, table: Table) -> NDArray[np.float64]:
    """A number for each row, ascending with time."""
    column, type_ = table.column(split.column), table.record(split.column).type
    if type_ not in {"date", "datetime", "integer", "number"}:
        raise Misfit(
            ("split", "column"), f"'{split.column}' has the type {type_}: a split by time needs dates, times or numbers"
        )
    return column.values * MICROSECONDS_PER_DAY if type_ == "date" else column.values


def _instant(field: str, text: str, type_: str) -> float:
    """The number that stands for a time."""
    try:
        if type_ in {"integer", "number"}:
            return float(text)
        moment = datetime.fromisoformat(text)
        utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # before the year 1 in UTC, or after 9999
        raise Misfit(("split", field), f"'{text}' is not a {type_} in ISO 8601, such as 2024-02-29") from None
    since = utc - EPOCH
    return since.days * MICROSECONDS_PER_DAY + since.seconds * 1_000_000 + since.microseconds
