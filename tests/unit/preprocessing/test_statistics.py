"""Statistics are equal to those of numpy and pandas, over all rows and by class."""

from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image

from gradus.wire.statistics import BINS, QUANTILES, ColumnStatistics
from preprocessing.statistics import classes, columns, numbers
from preprocessing.statistics.columns import statistics
from tests.tables import store

RANDOM = np.random.default_rng(4)
NUMBERS: dict[str, NDArray[np.float64]] = {
    "normal": RANDOM.normal(3, 7, 1000),
    "with gaps": np.where(RANDOM.random(1000) < 0.3, np.nan, RANDOM.exponential(1e6, 1000)),
    "whole": RANDOM.integers(-5, 5, 1000).astype(float),
    "on the edges": np.linspace(0, 1, 1001)[:1000] * 20 / 20,
    "constant": np.full(1000, 0.1),
    "tiny": RANDOM.normal(0, 1e-290, 1000),
    "huge": RANDOM.normal(0, 1e280, 1000),
    "one value": np.where(np.arange(1000) == 17, 4.0, np.nan),
}


def assert_equals_numpy(found: ColumnStatistics, values: NDArray[np.float64], edges: NDArray[np.float64]) -> None:
    known = values[~np.isnan(values)]
    assert found.missing == np.isnan(values).sum()
    assert (found.min, found.max) == (known.min(), known.max())
    unit = abs(known).max() or 1.0  # numpy's squares of the numbers themselves overflow, or vanish
    assert found.mean == pytest.approx((known / unit).mean() * unit, rel=1e-12, abs=1e-14 * unit)
    assert found.deviation == pytest.approx((known / unit).std() * unit, rel=1e-12, abs=1e-14 * unit)
    assert found.zeros == (known == 0).mean()
    assert found.quantiles is not None
    for level in QUANTILES:
        assert found.quantiles[str(level)] == pytest.approx(np.quantile(known, level), rel=1e-12, abs=0)
    assert found.histogram is not None
    assert found.histogram.counts == tuple(np.histogram(known, edges)[0])


WAYS = {"many columns together": (10_000, 10_000), "selected by DuckDB": (0, 10_000), "sorted on disk": (0, 0)}
"""Three ways to compute statistics, for tables of growing length. Each has the number of rows up to which a table is
short, and up to which it is sorted in memory."""


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    short, in_memory = WAYS[request.param]
    monkeypatch.setattr(columns, "SHORT", short)
    monkeypatch.setattr(numbers, "IN_MEMORY", in_memory)
    return str(request.param)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_equal_numpy(name: str, tmp_path: Path) -> None:
    values = NUMBERS[name]
    labels = np.where(np.arange(1000) % 3 == 0, "a", "b")
    found = statistics(store(tmp_path, {"x": values, "y": labels}), "y").column("x")
    known = values[~np.isnan(values)]
    edges = np.histogram_bin_edges(known, BINS)
    assert_equals_numpy(found, values, edges)
    for label in ("a", "b"):
        if (~np.isnan(values[labels == label])).any():
            assert_equals_numpy(found.by_class[label], values[labels == label], edges)
            assert found.by_class[label].rows == (labels == label).sum()


@pytest.mark.usefixtures("way")
def test_texts_are_counted_by_frequency_then_by_name(tmp_path: Path) -> None:
    values: list[Any] = ["b"] * 5 + ["a"] * 5 + ["straße"] * 7 + [None] * 3 + [f"once {i}" for i in range(100)]
    found = statistics(store(tmp_path, {"x": values})).column("x")
    counts = pd.Series(values).value_counts()
    assert found.frequent is not None
    assert [(one.value, one.count) for one in found.frequent[:3]] == [("straße", 7), ("a", 5), ("b", 5)]
    assert len(found.frequent) == 50
    assert all(counts[one.value] == one.count for one in found.frequent)
    lengths = pd.Series(values).dropna().str.len()
    assert found.lengths is not None
    assert (found.lengths.min, found.lengths.max) == (lengths.min(), lengths.max())
    assert found.lengths.mean == pytest.approx(lengths.mean(), rel=1e-12)
    assert found.missing == 3


@pytest.mark.usefixtures("way")
def test_truth_values_are_counted(tmp_path: Path) -> None:
    found = statistics(store(tmp_path, {"x": [True, True, None, False]})).column("x")
    assert found.frequent is not None
    assert [(one.value, one.count) for one in found.frequent] == [("true", 2), ("false", 1)]


@pytest.mark.usefixtures("way")
def test_dates_have_a_first_a_last_and_a_histogram(tmp_path: Path) -> None:
    days = np.append(np.datetime64("2020-01-01") + np.arange(21), np.datetime64("NaT"))
    times = np.append(np.datetime64("2020-01-01T12:00:00", "us") + np.arange(21) * 10**6, np.datetime64("NaT"))
    found = statistics(store(tmp_path, {"day": days, "time": times}))
    day, time = found.column("day"), found.column("time")
    assert (day.first, day.last) == ("2020-01-01", "2020-01-21")
    assert (time.first, time.last) == ("2020-01-01T12:00:00", "2020-01-01T12:00:20")
    for column in (day, time):
        assert column.histogram is not None
        assert column.histogram.counts == (1,) * 19 + (2,)
    assert day.histogram is not None
    assert day.histogram.edges[1] == "2020-01-02"


def test_images_have_a_shape_and_a_mean_image(tmp_path: Path) -> None:
    images = RANDOM.integers(0, 256, (40, 5, 4, 3)).astype(np.uint8)
    found = statistics(store(tmp_path, {"image": images, "label": ["a", "b"] * 20}), "label")
    column = found.column("image")
    assert column.shape == (5, 4, 3)
    assert column.mean_image is not None
    mean = np.asarray(Image.open(BytesIO(b64decode(column.mean_image))))
    assert np.array_equal(mean, np.rint(images.mean(axis=0)))
    assert column.by_class["a"].rows == 20


def test_arrays_have_the_statistics_of_all_elements(tmp_path: Path) -> None:
    values = RANDOM.normal(2, 3, (40, 5, 4))
    column = statistics(store(tmp_path, {"x": values})).column("x")
    assert column.mean == pytest.approx(values.mean(), rel=1e-12)
    assert column.deviation == pytest.approx(values.std(), rel=1e-12)
    assert (column.min, column.max) == (values.min(), values.max())


@pytest.mark.usefixtures("way")
def test_the_most_frequent_fifty_classes_have_their_own_statistics(tmp_path: Path) -> None:
    labels = [f"c{i:03}" for i in range(60) for _ in range(60 - i)]
    found = statistics(store(tmp_path, {"x": np.arange(float(len(labels))), "y": labels}), "y").column("x")
    assert list(found.by_class) == [f"c{i:03}" for i in range(50)]


def test_a_target_of_numbers_has_no_classes(tmp_path: Path) -> None:
    found = statistics(store(tmp_path, {"x": [1.5, 2.5], "y": [0.5, 1.5]}), "y")
    assert found.target is None
    assert found.column("x").by_class == {}


@pytest.mark.usefixtures("way")
def test_a_column_without_values_has_no_numbers(tmp_path: Path) -> None:
    found = statistics(store(tmp_path, {"x": np.array([np.nan, np.nan]), "y": [1, 2]})).column("x")
    assert (found.missing, found.min, found.histogram) == (2, None, None)


MIXED: dict[str, Any] = {
    "text": [None if i % 11 == 3 else f"Gr\u00fc\u00dfe \U0001f600 {i % 13}" for i in range(300)],
    "ok": [None if i % 7 == 2 else i % 3 == 0 for i in range(300)],
    "day": np.datetime64("2020-01-01") + np.arange(300) % 97,
    "at": np.datetime64("2020-01-01T12:00:00.5", "us") + np.arange(300) * 10**9,
    "count": np.arange(300) ** 2 - 40,
    "ratio": np.where(np.arange(300) % 5 == 0, np.nan, np.sqrt(np.arange(300))),
    "label": [None if i % 31 == 30 else "abc"[i % 3] for i in range(300)],
}


@pytest.mark.parametrize("other", [way for way in WAYS if way != "many columns together"])
def test_every_way_gives_the_same(other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = store(tmp_path, MIXED)
    together = statistics(table, "label").model_dump()
    monkeypatch.setattr(columns, "SHORT", WAYS[other][0])
    monkeypatch.setattr(numbers, "IN_MEMORY", WAYS[other][1])
    assert_close(statistics(table, "label").model_dump(), together)


def assert_close(one: Any, other: Any) -> None:
    if isinstance(one, dict):
        assert list(one) == list(other)
        one, other = list(one.values()), list(other.values())
    if isinstance(one, list | tuple):
        for pair in zip(one, other, strict=True):
            assert_close(*pair)
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-12, abs=1e-12)
    else:
        assert one == other


def test_wide_tables_have_fewer_classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = store(tmp_path, MIXED)
    monkeypatch.setattr(classes, "MAX_BY_CLASS", 2 * len(MIXED))
    found = statistics(table, "label")
    assert (found.target, list(found.column("ratio").by_class)) == ("label", ["a", "b"])
    monkeypatch.setattr(classes, "MAX_BY_CLASS", 2 * len(MIXED) - 1)
    assert statistics(table, "label").target is None
