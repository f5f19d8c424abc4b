"""`gradus datasets stats`."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table

from gradus.cli import labels, output, tables
from gradus.cli.options import Columns, DatasetName, Json, Url, VersionNumber
from gradus.client import Client
from gradus.wire.statistics import ColumnStatistics, NamedStatistics

QUANTILES = ("0.05", "0.5", "0.95")
SHOWN = 10
"""How many of a column's most frequent values are shown."""


def stats(
    name: DatasetName, column: Columns = None, version: VersionNumber = None, as_json: Json = False, url: Url = None
) -> None:
    """Show statistics of all columns over all rows; with --column, more of these, and by class."""
    with Client(url) as client:
        found = client.datasets.get(name).statistics(tuple(column or ()), version=version)
    if as_json:
        output.print_json(found)
    elif column:
        for one in found.columns:
            output.show(_whole(one))
    else:
        output.show(_table(found.columns))


def _table(found: Sequence[NamedStatistics]) -> Table:
    table = tables.borderless()
    for heading in ("column", "type", "missing", "distinct", "min", "median", "max", "mean", "deviation", "values"):
        left = heading in {"column", "type", "values"}
        table.add_column(heading, justify="left" if left else "right", no_wrap=heading != "values")
    for one in found:
        table.add_row(
            one.name,
            str(one.type),
            f"{one.missing:,}",
            "" if one.distinct is None else f"{one.distinct:,}",
            *map(_number, (one.min, (one.quantiles or {}).get("0.5"), one.max, one.mean, one.deviation)),
            _values(one),
        )
    return table


def _whole(one: NamedStatistics) -> RenderableType:
    """All statistics of one column."""
    lengths = one.lengths
    pairs: dict[str, RenderableType] = {
        "column": one.name,
        "type": str(one.type),
        "rows": f"{one.rows:,}",
        "missing": f"{one.missing:,}",
        "distinct": "" if one.distinct is None else f"{'' if one.distinct_exact else '≈ '}{one.distinct:,}",
        "mean": _number(one.mean),
        "deviation": _number(one.deviation),
        "min, max": "" if one.min is None else f"{_number(one.min)}, {_number(one.max)}",
        "quantiles": ", ".join(f"{level} {_number(value)}" for level, value in (one.quantiles or {}).items()),
        "zeros": "" if one.zeros is None else f"{100 * one.zeros:.3g} %",
        "from, to": "" if one.first is None else f"{one.first}, {one.last}",
        "lengths": "" if lengths is None else f"{lengths.min} to {lengths.max}, mean {lengths.mean:.3g}",
        "histogram": _histogram(one),
        "frequent": ", ".join(f"{value.value} ({value.count:,})" for value in (one.frequent or ())[:SHOWN]),
    }
    parts: list[RenderableType] = [tables.facts(pairs)]
    if one.by_class:
        parts += ["", _by_class(one)]
    return Group(*parts, "")


def _by_class(one: NamedStatistics) -> Table:
    table = tables.borderless()
    for heading in ("class", "rows", "missing", "median", "mean", "deviation", "values"):
        left = heading in {"class", "values"}
        table.add_column(heading, justify="left" if left else "right", no_wrap=heading != "values")
    for name, inside in one.by_class.items():
        numbers = ((inside.quantiles or {}).get("0.5"), inside.mean, inside.deviation)
        table.add_row(name, f"{inside.rows:,}", f"{inside.missing:,}", *map(_number, numbers), _values(inside))
    return table


def _values(one: ColumnStatistics) -> str:
    """A histogram, or the most frequent values."""
    if one.histogram is not None:
        return _histogram(one)
    return ", ".join(f"{value.value} ({value.count:,})" for value in (one.frequent or ())[:3])


def _histogram(one: ColumnStatistics) -> str:
    return labels.bars(one.histogram.counts) if one.histogram else ""


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{int(value):,}" if float(value).is_integer() and abs(value) < 1e15 else labels.number(value)
