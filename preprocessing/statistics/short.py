"""Statistics of tables whose rows fit into memory. Many columns are computed at a time, as a matrix.

A table of 785 columns and 5 000 rows has as many cells as one of 20 columns and 200 000 rows, and takes about as long.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradus.facts import ColumnType, ValueCount
from gradus.wire.statistics import FREQUENT, QUANTILES, Histogram, Lengths
from preprocessing.column import Column
from preprocessing.statistics.dates import named_dates
from preprocessing.statistics.edges import Edges, bin_edges

Found = dict[str, Any]
"""Fields of `ColumnStatistics`."""
Matrix = NDArray[np.float64]
ByClass = Mapping[str, NDArray[np.intp]]
"""The rows of each class."""

DATES: frozenset[ColumnType] = frozenset({"date", "datetime"})
NUMERIC: frozenset[ColumnType] = frozenset({"integer", "number", *DATES})


def short_statistics(
    columns: Sequence[Column], types: Sequence[ColumnType], classes: ByClass
) -> list[tuple[Found, dict[str, Found]]]:
    """For each column the fields for all rows, and for each class that has values."""
    found: dict[int, tuple[Found, dict[str, Found]]] = {}
    numeric = [i for i, type_ in enumerate(types) if type_ in NUMERIC]
    if numeric:
        matrix = np.stack([_as_numbers(columns[i]) for i in numeric])
        for i, fields in zip(numeric, _numbers(matrix, classes), strict=True):
            found[i] = _of_dates(*fields, times=types[i] == "datetime") if types[i] in DATES else fields
    for i, type_ in enumerate(types):
        if type_ not in NUMERIC:
            found[i] = _texts(columns[i], type_, classes)
    return [found[i] for i in range(len(columns))]


def missing_by_class(column: Column, classes: ByClass) -> dict[str, int]:
    """How many rows of each class miss the value."""
    return {name: int(column.missing[rows].sum()) for name, rows in classes.items()}


def _of_dates(whole: Found, by_class: dict[str, Found], *, times: bool) -> tuple[Found, dict[str, Found]]:
    classes = {name: named_dates(one, times=times) for name, one in by_class.items()}
    return named_dates(whole, times=times), classes


def _as_numbers(column: Column) -> NDArray[np.float64]:
    numbers = column.values.astype(np.float64)
    numbers[column.missing] = np.nan
    return numbers


def _numbers(matrix: Matrix, classes: ByClass) -> list[tuple[Found, dict[str, Found]]]:
    """The statistics of numbers (columns, rows), NaN where missing."""
    ordered = np.sort(matrix, axis=1)  # NaN at the end
    counts = (~np.isnan(matrix)).sum(axis=1)
    edges = [bin_edges(row[0], row[count - 1]) if count else None for row, count in zip(ordered, counts, strict=True)]
    whole = _described(matrix, ordered, counts, edges)
    by_class: list[dict[str, Found]] = [{} for _ in whole]
    for name, rows in classes.items():
        chosen = matrix[:, rows]
        described = _described(chosen, np.sort(chosen, axis=1), (~np.isnan(chosen)).sum(axis=1), edges)
        for of_column, fields in zip(by_class, described, strict=True):
            if fields:
                of_column[name] = fields
    return list(zip(whole, by_class, strict=True))


def _described(matrix: Matrix, ordered: Matrix, counts: NDArray[np.intp], edges: Sequence[Edges | None]) -> list[Found]:
    """The fields of each row of the matrix; `ordered` has the same rows with their numbers sorted."""
    if not matrix.shape[1]:
        return [{} for _ in counts]
    last = np.maximum(counts - 1, 0)[:, None]
    low, high = ordered[:, :1], np.take_along_axis(ordered, last, axis=1)
    scale = np.fmax(np.fmax(np.abs(low), np.abs(high)), 1e-300)  # squares of large numbers overflow
    n = np.maximum(counts, 1)[:, None]
    scaled = matrix / scale
    mean = np.nansum(scaled, axis=1, keepdims=True) / n
    scaled -= mean
    np.square(scaled, out=scaled)
    deviation = np.sqrt(np.nansum(scaled, axis=1, keepdims=True) / n)
    zeros = (matrix == 0).sum(axis=1, keepdims=True) / n
    quantiles = _quantiles(ordered, last)
    table = np.concatenate([low, high, mean * scale, deviation * scale, zeros, quantiles], axis=1).tolist()
    names = [str(level) for level in QUANTILES]
    return [
        {
            **dict(zip(("min", "max", "mean", "deviation", "zeros"), fields, strict=False)),
            "quantiles": dict(zip(names, fields[5:], strict=True)),
            "histogram": None if of_column is None else _histogram(row[:count], of_column),
        }
        if count
        else {}
        for fields, row, count, of_column in zip(table, ordered, counts.tolist(), edges, strict=True)
    ]


def _quantiles(ordered: Matrix, last: NDArray[np.intp]) -> Matrix:
    """The quantiles, interpolated linearly between order statistics, (columns, quantiles)."""
    places = last * np.array(QUANTILES)
    below = np.floor(places).astype(np.intp)
    low = np.take_along_axis(ordered, below, axis=1)
    high = np.take_along_axis(ordered, np.minimum(below + 1, last), axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        found: Matrix = low + (places - below) * (high - low)
        other = low * (1 - (places - below)) + high * (places - below)
    return np.where(np.isfinite(found), found, other)


def _histogram(ordered: NDArray[np.float64], edges: Edges) -> Histogram:
    """Counts by bin, as `numpy.histogram` has them."""
    places = np.append(ordered.searchsorted(edges[:-1], "left"), ordered.searchsorted(edges[-1], "right"))
    return Histogram(edges=tuple(edges.tolist()), counts=tuple(np.diff(places).tolist()))


def _texts(column: Column, type_: ColumnType, classes: ByClass) -> tuple[Found, dict[str, Found]]:
    categories: Sequence[str]
    if type_ == "boolean":
        codes, categories = np.where(column.missing, -1, column.values.astype(np.int64)), ("false", "true")
        lengths = None
    else:
        codes, categories = column.values, column.categories
        lengths = np.array([len(text) for text in categories], dtype=np.int64)
    by_class = {name: _counted(codes[rows], categories, lengths) for name, rows in classes.items()}
    return _counted(codes, categories, lengths), {name: fields for name, fields in by_class.items() if fields}


def _counted(codes: NDArray[Any], categories: Sequence[str], lengths: NDArray[np.int64] | None) -> Found:
    """The most frequent texts, and the lengths of all. Equally frequent texts are ordered by code points, as categories
    are."""
    seen, counts = np.unique(codes[codes >= 0], return_counts=True)
    if not len(seen):
        return {}
    first = np.argsort(-counts, kind="stable")[:FREQUENT]
    found: Found = {"frequent": [ValueCount(value=categories[seen[i]], count=int(counts[i])) for i in first.tolist()]}
    if lengths is not None:
        of_seen = lengths[seen]
        mean = int((of_seen * counts).sum()) / int(counts.sum())
        found["lengths"] = Lengths(min=int(of_seen.min()), mean=mean, max=int(of_seen.max()))
    return found
