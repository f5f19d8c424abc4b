"""Targets, and the rows of each part."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradus.encoding import Misfit
from gradus.facts import FileFacts
from gradus.spec.split import ColumnSplit, FilesSplit, RandomSplit, StratifiedSplit, TimeSplit
from gradus.spec.target import Tags, Target
from preprocessing.class_weights import class_weights
from preprocessing.parts import rows_of
from preprocessing.target import tags_in, targets_of
from tests.tables import store
from tests.unit.preprocessing.words import Words


@pytest.mark.parametrize(
    ("column", "classes", "expected"),
    [
        (["no", "yes", None, "no"], ("yes", "no"), [1, 0, None, 1]),
        ([7, 0, None, 7], ("0", "7"), [1, 0, None, 1]),
        ([True, False, None, True], ("false", "true"), [1, 0, None, 1]),
        ([1.5, -1.0, None, 1.5], (), [1.5, -1.0, None, 1.5]),
        ([7, 0, None, 7], (), [7.0, 0.0, None, 7.0]),
    ],
)
def test_a_column_is_a_class_or_a_number(
    tmp_path: Path, column: list[Any], classes: tuple[str, ...], expected: list[float | None]
) -> None:
    targets = targets_of("y", classes, store(tmp_path, {"y": column}))
    assert targets.values.dtype == (np.int64 if classes else np.float64)
    found = [value if known else None for value, known in zip(targets.values.tolist(), targets.known, strict=True)]
    assert found == expected


@pytest.mark.parametrize(
    ("target", "columns", "classes", "expected"),
    [
        (("a", "b"), {"a": [1, 2, None], "b": [0.5, None, 1]}, (), [[1, 0.5], None, None]),
        (("a", "b"), {"a": [True, False, True], "b": [True, True, None]}, ("a", "b"), [[1, 1], [0, 1], None]),
        (Tags(column="t"), {"t": ["red, big", "", None]}, ("big", "red"), [[1, 1], [0, 0], None]),
        (
            Tags(column="t", separator="|"),
            {"t": ["x|y|", "y,x", "y"]},
            ("x", "y", "y,x"),
            [[1, 1, 0], [0, 0, 1], [0, 1, 0]],
        ),
    ],
)
def test_several_targets_are_numbers_or_labels(
    tmp_path: Path, target: Target, columns: dict[str, Any], classes: tuple[str, ...], expected: list[Any]
) -> None:
    targets = targets_of(target, classes, store(tmp_path, columns))
    found = [row if known else None for row, known in zip(targets.values.tolist(), targets.known, strict=True)]
    assert found == expected


def test_the_tags_of_a_table_are_known(tmp_path: Path) -> None:
    table = store(tmp_path, {"t": ["red, big", "big,,Ö", None]})
    assert tags_in(Tags(column="t"), table) == ("big", "red", "Ö")
    with pytest.raises(Misfit, match="the tag 'Ö' is not one of the 2 labels"):
        targets_of(Tags(column="t"), ("big", "red"), table)


def test_a_value_that_is_no_class_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misfit, match="'b' is not one of the 1 classes"):
        targets_of("y", ("a",), store(tmp_path, {"y": ["a", "b"]}))


def test_rows_without_target_are_left_out_and_counted(tmp_path: Path) -> None:
    target: list[Any] = [0, 1] * 50
    target[3] = target[10] = None
    rows = rows_of(Words(split=StratifiedSplit()), ("0", "1"), store(tmp_path, {"y": target}))
    assert rows.without_target == 2
    assert (len(rows.train), len(rows.validation), len(rows.test)) == (68, 10, 20)
    everywhere = np.concatenate([rows.train, rows.validation, rows.test])
    assert sorted(everywhere.tolist()) == [i for i in range(100) if i not in {3, 10}]


def test_rows_of_the_test_part_without_target_are_counted_apart(tmp_path: Path) -> None:
    columns: dict[str, Any] = {
        "y": [1.0, 2.0, 3.0, None, 4.0, None],
        "part": ["train"] * 3 + ["train", "test", "test"],
    }
    files = (FileFacts(name="a", rows=4, split="train"), FileFacts(name="b", rows=2, split="test"))
    table = store(tmp_path, columns, files=files)
    for split in (ColumnSplit(column="part", validation=1), FilesSplit(validation=1)):
        rows = rows_of(Words(split=split), (), table)
        assert (rows.without_target, rows.test_without_target) == (2, 1)
        assert rows.test.tolist() == [4]


def test_rows_without_time_are_counted(tmp_path: Path) -> None:
    columns: dict[str, Any] = {"y": [1.0, None, 2.0, 3.0, 4.0], "t": [1, None, 2, None, 3]}
    rows = rows_of(Words(split=TimeSplit(column="t", validation=1, test=1)), (), store(tmp_path, columns))
    assert (rows.without_target, rows.without_time) == (1, 1)
    assert [rows.train.tolist(), rows.validation.tolist(), rows.test.tolist()] == [[0], [2], [4]]


def test_a_limit_takes_training_rows_alone_and_a_larger_one_contains_the_smaller(tmp_path: Path) -> None:
    table = store(tmp_path, {"y": np.arange(300) / 7})
    small, large, whole = (rows_of(Words(split=RandomSplit()), (), table, limit) for limit in (20, 100, 1000))
    assert (len(small.train), len(large.train), len(whole.train)) == (20, 100, 210)
    assert set(small.train) < set(large.train) < set(whole.train)
    assert np.array_equal(small.test, whole.test)
    assert small.train[:5].tolist() == [2, 25, 57, 66, 78]
    assert (np.diff(small.train) > 0).all()


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    from sklearn.utils.class_weight import compute_class_weight  # noqa: PLC0415 (slow)

    targets = np.repeat([0, 1, 2], [70, 25, 5])
    theirs = compute_class_weight("balanced", classes=np.arange(3), y=targets)
    ours = class_weights("balanced", targets, ("a", "b", "c"))
    assert ours is not None
    assert np.allclose(ours, theirs, rtol=1e-15)
    assert ours[targets].mean() == pytest.approx(1)


def test_classes_that_a_map_does_not_name_have_weight_1() -> None:
    weights = class_weights({"b": 3.5}, np.array([0, 1]), ("a", "b"))
    assert weights is not None
    assert weights.tolist() == [1, 3.5]
    assert class_weights("none", np.array([0, 1]), ("a", "b")) is None
    assert class_weights("balanced", np.array([0, 0]), ("a", "b")).tolist() == [0.5, 0]  # type: ignore[union-attr]
