"""Statistics of texts and truth values in long tables: the most frequent ones and their lengths, for all rows and
each class."""

from typing import Any

from gradus.facts import ValueCount
from gradus.wire.statistics import FREQUENT, Lengths
from preprocessing.statistics.rows import Rows


def text_statistics(
    rows: Rows, position: int, expression: str, *, lengths: bool
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The fields for all rows, and for each class."""
    values = rows.column(position, expression)
    overall = _fields(rows, values, "NULL", "", lengths=lengths)
    by_class = _fields(rows, values, "g", "AND g IS NOT NULL", lengths=lengths) if rows.classes else {}
    return overall.get(None, {}), {str(name): fields for name, fields in by_class.items()}


def _fields(rows: Rows, values: str, group: str, known: str, *, lengths: bool) -> dict[str | None, dict[str, Any]]:
    counted = f"SELECT {group} AS g, x, count(*) AS n FROM {values} WHERE x IS NOT NULL {known} GROUP BY ALL"
    ranked = f"SELECT *, row_number() OVER (PARTITION BY g ORDER BY n DESC, x) AS place FROM ({counted})"
    found: dict[str | None, dict[str, Any]] = {}
    for name, value, count in rows.query(f"SELECT g, x, n FROM ({ranked}) WHERE place <= {FREQUENT} ORDER BY g, place"):
        found.setdefault(name, {"frequent": []})["frequent"].append(ValueCount(value=value, count=count))
    if lengths:
        measured = "SELECT g, min(length(x)), sum(n * length(x)) / sum(n), max(length(x))"
        for name, shortest, mean, longest in rows.query(f"{measured} FROM ({counted}) GROUP BY g"):
            found[name]["lengths"] = Lengths(min=shortest, mean=mean, max=longest)
    return found
