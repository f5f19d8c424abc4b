"""Statistics of numbers in long tables: extremes, moments, quantiles, zeros and a histogram, for all rows and each
class."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from typing import Any

from gradus.wire.statistics import BINS, QUANTILES, Histogram
from preprocessing.statistics.edges import Edges, bin_edges
from preprocessing.statistics.rows import Rows

IN_MEMORY = 8_000_000
"""Number of rows up to which quantiles are selected in memory, at 8 bytes each; in longer tables DuckDB sorts and
spills to its folder."""

Found = dict[str, Any]
"""Fields of `ColumnStatistics`."""


def number_statistics(rows: Rows, position: int, expression: str) -> tuple[Found, dict[str, Found]]:
    """The fields for all rows, and for each class."""
    overall, by_class = (_Values(rows, position, expression, by_class=by_class) for by_class in (False, True))
    moments = overall.moments()
    if not moments:
        return {}, {}
    edges = bin_edges(moments[None]["min"], moments[None]["max"])
    whole = _with_shape(overall, moments, edges)[None]
    classes = _with_shape(by_class, by_class.moments(), edges) if rows.classes else {}
    return whole, {str(name): fields for name, fields in classes.items()}


def _with_shape(values: "_Values", moments: Mapping[str | None, Found], edges: Edges | None) -> dict[str | None, Found]:
    places = {name: [(fields["count"] - 1) * level for level in QUANTILES] for name, fields in moments.items()}
    quantiles = values.selected() if values.rows.count <= IN_MEMORY else values.sorted(places)
    bins = {} if edges is None else values.bins(edges)
    return {
        name: {
            **{key: value for key, value in fields.items() if key != "count"},
            "quantiles": dict(zip(map(str, QUANTILES), quantiles[name], strict=True)),
            "histogram": None if edges is None else _histogram(edges, bins[name]),
        }
        for name, fields in moments.items()
    }


@dataclass(frozen=True)
class _Values:
    """The numbers of a column: of all rows, under the key None, or by class."""

    rows: Rows
    position: int
    expression: str
    by_class: bool

    def moments(self) -> dict[str | None, Found]:
        """Count, minimum, maximum, mean, deviation and share of zeros. Values are scaled before squaring, because
        squares of large numbers overflow."""
        found = self.rows.query(
            "SELECT g, count(*), min(x), max(x), favg(x / s) * any_value(s), stddev_pop(x / s) * any_value(s), "
            f"avg((x = 0)::INTEGER) FROM {self._known}, "
            f"(SELECT greatest(max(abs(x)), 1e-300) AS s FROM {self._known}) GROUP BY g"
        )
        names = ("count", "min", "max", "mean", "deviation", "zeros")
        return {name: dict(zip(names, fields, strict=True)) for name, *fields in found}

    def selected(self) -> dict[str | None, list[float]]:
        """The quantiles, selected in memory."""
        levels = ", ".join(map(str, QUANTILES))
        return dict(self.rows.query(f"SELECT g, quantile_cont(x, [{levels}]) FROM {self._known} GROUP BY g"))

    def sorted(self, places: Mapping[str | None, list[float]]) -> dict[str | None, list[float]]:
        """The quantiles from the sorted numbers, interpolated between the values just below and above each of these
        positions, which count from 0."""
        wanted = sorted({k for at in places.values() for place in at for k in (floor(place), floor(place) + 1)})
        found = self.rows.query(
            "SELECT g, k, x FROM (SELECT g, x, row_number() OVER (PARTITION BY g ORDER BY x) - 1 AS k "
            f"FROM {self._known}) WHERE k IN (SELECT unnest(?))",
            wanted,
        )
        at = {(name, k): x for name, k, x in found}
        return {name: [_between(at, name, place) for place in heights] for name, heights in places.items()}

    def bins(self, edges: Edges) -> dict[str | None, list[int]]:
        """Counts by bin. The bin index from the division is corrected by the bin edges, as `numpy.histogram` does."""
        found = self.rows.query(
            f"SELECT g, b - (x < e[b + 1])::INTEGER + (b < {BINS - 1} AND x >= e[b + 2])::INTEGER AS bin, count(*) "
            f"FROM (SELECT g, x, greatest(0, least({BINS - 1}, floor((x - $1) / $2 * {BINS})))::INTEGER AS b "
            f"FROM {self._known}), (SELECT $3::DOUBLE[] AS e) GROUP BY ALL",
            float(edges[0]),
            float(edges[-1] - edges[0]),
            edges.tolist(),
        )
        counts: dict[str | None, list[int]] = {}
        for name, place, count in found:
            counts.setdefault(name, [0] * BINS)[place] += count
        return counts

    @property
    def _known(self) -> str:
        group, where = ("g", "AND g IS NOT NULL") if self.by_class else ("NULL", "")
        values = self.rows.column(self.position, self.expression)
        return f"(SELECT {group} AS g, x FROM {values} WHERE x IS NOT NULL {where})"


def _between(at: Mapping[tuple[str | None, int], float], name: str | None, place: float) -> float:
    low = at[name, floor(place)]
    high = at.get((name, floor(place) + 1), low)
    return low + (place - floor(place)) * (high - low)


def _histogram(edges: Edges, counts: list[int]) -> Histogram:
    return Histogram(edges=tuple(edges.tolist()), counts=tuple(counts))
