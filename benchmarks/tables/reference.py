"""The statistics of a table, compared with pandas, numpy and scipy."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.tables.case import Case
from benchmarks.tables.service import File

RELATIVE = 1e-9
"""Relative tolerance of means and deviations, which depend on the order of summation. Counts, extremes and quantiles
may differ only by rounding."""


def differences(case: Case, files: Sequence[File], record: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """The differences between the service's statistics and those of pandas, in sentences; none if all agree."""
    frame = _frame(case, files, record)
    if len(frame) != record["rows"]:
        return [f"{record['rows']} rows, but pandas reads {len(frame)}"]
    names = [column["name"] for column in found["columns"]]
    if len(names) != frame.shape[1]:
        return [f"{len(names)} columns, but pandas reads {frame.shape[1]}"]
    return [
        f"{column['name']}: {word}"
        for column, position in zip(found["columns"], range(frame.shape[1]), strict=True)
        for word in _column(case, column, frame.iloc[:, position], record["parse"])
    ]


def _frame(case: Case, files: Sequence[File], record: Mapping[str, Any]) -> pd.DataFrame:
    """All cells as text, or typed if the file has types."""
    if files[0].path.suffix == ".parquet":
        with duckdb.connect() as connection:
            return connection.execute("SELECT * FROM read_parquet(?)", [str(files[0].path)]).df()
    options = {
        "sep": record["parse"].get("delimiter", ","),
        "quotechar": record["parse"].get("quote") or '"',
        "header": 0 if record["parse"].get("header") else None,
        "dtype": str,
        "keep_default_na": False,
        "encoding": "utf-8-sig",
        **case.reading,
    }
    return pd.concat([pd.read_csv(file.path, **options) for file in files], ignore_index=True)


def _column(case: Case, found: Mapping[str, Any], cells: Any, parse: Mapping[str, Any]) -> Iterator[str]:
    is_text = pd.api.types.is_string_dtype(cells.dtype) or cells.dtype == object
    if is_text:
        cells = cells.str.strip()
        words = set(parse.get("missing") or ["", "?"])
        cells = cells.mask(cells.isin({""} if found["type"] == "text" else words | {""}))
    present = cells.dropna()
    if found["missing"] != len(cells) - len(present):
        yield f"{found['missing']} missing, but pandas has {len(cells) - len(present)}"
        return
    match found["type"]:
        case "integer" | "number":
            yield from _numbers(found, pd.to_numeric(present).to_numpy(dtype=np.float64))
        case "text":
            yield from _texts(case, found, present.astype(str))
        case "boolean":
            yield from _booleans(found, present)
        case "date" | "datetime":
            yield from _dates(found, pd.to_datetime(present))


def _numbers(found: Mapping[str, Any], x: Any) -> Iterator[str]:
    if not len(x):
        return
    described = stats.describe(x)
    exact = {
        "min": described.minmax[0],
        "max": described.minmax[1],
        "zeros": float((x == 0).mean()),
        "distinct": len(np.unique(x)) if found["distinct_exact"] else found["distinct"],
    }
    for key, value in exact.items():
        if found[key] != value:
            yield f"{key} {found[key]} instead of {value}"
    scale = max(abs(float(described.mean)), float(np.std(x)), 1e-300)
    for key, value in {"mean": float(described.mean), "deviation": float(np.std(x))}.items():
        if abs(found[key] - value) > RELATIVE * scale:
            yield f"{key} {found[key]} instead of {value}"
    for level, value in (found["quantiles"] or {}).items():
        if abs(value - np.quantile(x, float(level))) > RELATIVE * max(float(np.abs(x).max()), 1e-300):
            yield f"quantile {level} {value} instead of {np.quantile(x, float(level))}"
    if sum(found["histogram"]["counts"]) != len(x):
        yield "the histogram has not all values"
    edges = np.array(found["histogram"]["edges"], dtype=np.float64)
    if found["histogram"]["counts"] != np.histogram(x, edges)[0].tolist():
        yield "the histogram has other counts"


def _texts(case: Case, found: Mapping[str, Any], texts: Any) -> Iterator[str]:
    if len(texts) and found["name"] not in case.texts and pd.to_numeric(texts, errors="coerce").notna().all():
        yield "is a text, but pandas reads numbers"
    counts = Counter(texts.tolist())
    if found["distinct_exact"] and found["distinct"] != len(counts):
        yield f"{found['distinct']} distinct instead of {len(counts)}"
    if not found["distinct_exact"] and abs(found["distinct"] - len(counts)) > 0.01 * len(counts):
        yield f"{found['distinct']} distinct, more than 1 % from {len(counts)}"
    listed = {one["value"]: one["count"] for one in found["frequent"] or ()}
    if sorted(listed.values(), reverse=True) != [n for _, n in counts.most_common(len(listed))]:
        yield "other counts of the most frequent"
    if wrong := [text for text, count in listed.items() if counts[text] != count]:
        yield f"another count of {wrong[0]!r}"
    if len(texts):
        lengths = texts.str.len()
        if (found["lengths"]["min"], found["lengths"]["max"]) != (lengths.min(), lengths.max()):
            yield f"lengths {found['lengths']} instead of {lengths.min()} – {lengths.max()}"


def _booleans(found: Mapping[str, Any], present: Any) -> Iterator[str]:
    true = present.astype(str).str.lower().isin({"true", "yes", "1", "t", "y"}).sum()
    listed = {one["value"]: one["count"] for one in found["frequent"] or ()}
    if listed.get("true", 0) != true:
        yield f"{listed.get('true', 0)} true instead of {true}"


def _dates(found: Mapping[str, Any], dates: Any) -> Iterator[str]:
    for key, value in {"first": dates.min(), "last": dates.max()}.items():
        if pd.Timestamp(found[key]).tz_localize(None) != value.tz_localize(None):
            yield f"{key} {found[key]} instead of {value}"


def images(folder: Path) -> dict[str, int]:
    """The number of pictures in each folder of classes."""
    return {one.name: sum(1 for _ in one.iterdir()) for one in sorted(folder.iterdir())}
