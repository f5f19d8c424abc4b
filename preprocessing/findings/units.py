"""Numbers of one column in two units."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gradus.wire.finding import Evidence, Finding
from preprocessing.findings.build import finding, percent, some
from preprocessing.findings.sheet import Sheet

FACTORS = {
    2.2046: "kilograms and pounds",
    2.54: "inches and centimetres",
    10.0: "a factor of 10",
    100.0: "a factor of 100",
    1000.0: "a factor of 1000",
}
TOLERANCE = 0.1
"""Largest difference between the logarithm of the ratio of the two modes and that of the factor between two units."""
SEPARATION = 3.0
"""Least distance between the two modes, in standard deviations of the wider one; the gap between them must be at least
1."""
MINORITY = 0.01
MIN_ROWS = 6


def mixed_units(sheet: Sheet) -> Iterator[Finding]:
    """Columns whose logarithms have two modes of the same shape, at the distance of a known factor between units."""
    for column in sheet.columns:
        if column.type not in ("integer", "number") or column.role == "ignore" or column.distinct < 40:
            continue
        values = sheet.numbers(column.name)
        positive = np.flatnonzero(values > 0)
        if len(positive) < 0.95 * (~np.isnan(values)).sum():
            continue
        logs = np.log(values[positive])
        found = two_modes(logs)
        if found is None:
            continue
        threshold, factor, name = found
        minority = _minority(positive, logs, threshold)
        yield finding(
            "mixed_units",
            "warning",
            column.name,
            f"'{column.name}' has two groups of values that differ only by a factor of {factor:.3g} ({name}); the "
            f"smaller group is {percent(len(minority) / len(logs))} of the rows: are these two units?",
            [
                Evidence(statistic="factor between the modes", column=column.name, value=factor),
                Evidence(
                    statistic="share of the smaller group",
                    column=column.name,
                    value=len(minority) / len(logs),
                    threshold=MINORITY,
                    rows=some(sheet.rows[minority]),
                ),
            ],
        )


def two_modes(logs: NDArray[np.float64]) -> tuple[float, float, str] | None:
    """The logarithm that separates the two modes, their ratio, and the name of that ratio. None unless there are two
    modes of the same shape whose ratio is that of two units."""
    ordered = np.sort(logs)
    for threshold in _gaps(ordered):
        low, high = ordered[ordered < threshold], ordered[ordered >= threshold]
        if min(len(low), len(high)) < max(MIN_ROWS, MINORITY * len(ordered)):
            continue
        if (
            min(len(np.unique(low)) / len(low), len(np.unique(high)) / len(high)) < 0.02
            or len(np.unique(low)) < MIN_ROWS
        ):
            continue
        widths = [float(np.subtract(*np.quantile(part, [0.84, 0.16]))) / 2 for part in (low, high)]
        distance = float(np.median(high) - np.median(low))
        alike = 0.4 < (widths[0] + 1e-9) / (widths[1] + 1e-9) < 2.5
        if not alike or distance < SEPARATION * max(widths) or high[0] - low[-1] < max(widths):
            continue
        for factor, name in FACTORS.items():
            error = 1.5 * np.hypot(widths[0] / np.sqrt(len(low)), widths[1] / np.sqrt(len(high)))
            if abs(distance - np.log(factor)) < min(TOLERANCE, 0.02 + 2 * error):
                return float(threshold), float(np.exp(distance)), name
    return None


def _gaps(ordered: NDArray[np.float64]) -> list[float]:
    """The midpoints of the widest gaps between neighbouring values, among the values between the 1 % and 99 %
    quantiles."""
    margin = max(MIN_ROWS, int(MINORITY * len(ordered)))
    inner = ordered[margin - 1 : len(ordered) - margin + 1]
    if len(inner) < 2:
        return []
    widths = np.diff(inner)
    places = np.argsort(widths)[::-1][:5]
    return [float((inner[i] + inner[i + 1]) / 2) for i in places if widths[i] > 0]


def _minority(positive: NDArray[np.intp], logs: NDArray[np.float64], threshold: float) -> NDArray[np.intp]:
    upper = logs >= threshold
    return positive[upper if upper.sum() <= len(logs) / 2 else ~upper]
