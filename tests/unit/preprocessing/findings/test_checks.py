"""What each check of the data reports, and what it does not report."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from preprocessing.findings import sheet
from preprocessing.findings.build import percent
from preprocessing.findings.find import findings
from preprocessing.findings.images import difference_hashes, near_pairs
from preprocessing.findings.many import MANY
from preprocessing.findings.prediction import average_ranks, class_score, number_score
from preprocessing.findings.question import Question
from preprocessing.findings.spelling import repaired
from preprocessing.findings.units import two_modes
from tests.tables import store

RANDOM = np.random.default_rng(7)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ZÃ¼rich", "Zürich"),
        ("KÃ¸benhavn", "København"),
        ("itâ€™s", "it’s"),
        ("Zürich", None),
        ("SÃO PAULO", None),
        ("Ålesund", None),
        ("Chur", None),
        ("naïve café", None),
    ],
)
def test_text_decoded_wrongly_is_repaired(text: str, meant: str | None) -> None:
    assert repaired(text) == meant


def test_ranks_of_equal_values_are_their_mean() -> None:
    assert average_ranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [3.5, 1.0, 3.5, 2.0]


def test_noise_predicts_nothing_out_of_sample() -> None:
    classes = RANDOM.integers(0, 2, 2000)
    by_names = class_score(np.arange(2000), classes, 2)
    by_numbers = class_score(RANDOM.normal(size=2000), classes, 2)
    of_numbers = number_score(RANDOM.normal(size=2000), RANDOM.normal(size=2000))
    assert by_names is not None
    assert by_numbers is not None
    assert of_numbers is not None
    assert by_names.value == pytest.approx(0.5, abs=0.03)
    assert by_numbers.value == pytest.approx(0.5, abs=0.05)
    assert of_numbers.value < 0.05


def test_a_score_that_is_needed_is_the_same_or_not_reached() -> None:
    classes = RANDOM.integers(0, 5, 3000)
    for noise in (0.0, 0.1, 0.3, 3.0):
        values = classes + RANDOM.normal(size=3000) * noise
        whole = class_score(values, classes, 5)
        assert whole is not None
        assert class_score(values, classes, 5, whole.value - 1e-9) == whole
        assert class_score(values, classes, 5, whole.value + 1e-9) is None


def test_a_few_rows_that_fit_are_no_proof() -> None:
    classes = np.repeat([0, 1], 12)
    values = np.where(classes == 1, 5.0, 0.0) + np.tile([0.0, 5.2] + [0.0] * 10, 2)
    found = class_score(values, classes, 2)
    assert found is not None
    assert found.low < found.value


def test_two_units_are_told_by_their_factor() -> None:
    inches = np.exp(np.log(66) + 0.06 * RANDOM.normal(size=300))
    found = two_modes(np.log(np.append(inches, 2.54 * np.exp(np.log(66) + 0.06 * RANDOM.normal(size=80)))))
    assert found is not None
    assert found[1] == pytest.approx(2.54, rel=0.03)


@pytest.mark.parametrize(
    "values",
    [
        RANDOM.lognormal(0, 1, 1000),
        RANDOM.uniform(1, 1000, 1000),
        np.append(RANDOM.normal(20, 1, 500), RANDOM.normal(60, 2, 500)),
        np.repeat([1.0, 10.0, 100.0], 300),
    ],
    ids=["one mode", "uniform", "a factor of 3", "powers of ten"],
)
def test_other_shapes_are_no_two_units(values: np.ndarray) -> None:
    assert two_modes(np.log(values)) is None


def test_rows_of_a_few_categories_repeat_by_chance(tmp_path: Path) -> None:
    columns = {name: RANDOM.choice(["a", "b", "c"], 600).tolist() for name in "uvwxy"}
    found = findings(
        store(tmp_path, {**columns, "target": RANDOM.choice(["n", "y"], 600).tolist()}),
        Question("target", "classification"),
    )
    assert {one.id for one in found} & {"data_duplicate_rows", "data_contradictory_labels"} == set()


def test_near_pictures_are_found_in_spite_of_noise() -> None:
    images = RANDOM.integers(0, 256, (60, 12, 12, 1)).astype(np.uint8)
    noisy = np.clip(images[:5].astype(int) + RANDOM.integers(-1, 2, images[:5].shape), 0, 255).astype(np.uint8)
    everything = np.concatenate([images, noisy])
    assert dict(near_pairs(everything, np.arange(60, 65), np.arange(60))) == {60 + i: i for i in range(5)}
    assert difference_hashes(images).dtype == np.uint64


def test_empty_pictures_are_not_alike() -> None:
    images = np.full((20, 8, 8, 1), 255, dtype=np.uint8)
    assert list(near_pairs(images, np.arange(10), np.arange(10, 20))) == []


def test_a_table_without_a_target_is_checked_as_far_as_it_goes(tmp_path: Path) -> None:
    found = findings(store(tmp_path, {"n": list(range(200)), "same": ["x"] * 200}))
    assert {(one.id, one.column) for one in found} == {("data_id_column", "n"), ("data_constant", "same")}


def test_a_table_of_one_column_says_so(tmp_path: Path) -> None:
    found = findings(store(tmp_path, {"a;b": [f"{i};x" for i in range(200)]}))
    assert {(one.id, one.column) for one in found if one.severity == "warning"} == {("data_one_column", "a;b")}


def test_signs_and_bounds_tell_classes_apart(tmp_path: Path) -> None:
    labels = ["'-1'", "'1'", "<=50K", ">50K"] * 50
    found = findings(store(tmp_path, {"x": RANDOM.normal(size=200), "y": labels}), Question("y", "classification"))
    assert "data_similar_classes" not in {one.id for one in found}


def test_a_large_table_is_checked_by_a_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "SAMPLE", 300)
    values = np.arange(1200) % 2
    columns: dict[str, Any] = {
        "x": values * 7.0,
        "city": ["a", "b"] * 600,
        "gap": [None, 1.0] * 600,
        "y": [("n", "y")[i // 600] for i in range(1200)],
    }
    table = store(tmp_path, columns, row_group=500)
    seen = sheet.Sheet(table, Question("y", "classification"))
    assert len(seen.rows) == 300
    assert seen.column("city").categories == ("a",)  # every fourth row
    assert seen.numbers("x").tolist() == [0.0] * 300
    assert seen.column("gap").missing.all()
    assert {one.id for one in findings(table, Question("y", "classification"))} >= {"data_index_predicts"}


def test_pictures_in_the_order_of_their_folders_are_no_sorted_file(tmp_path: Path) -> None:
    images = RANDOM.integers(0, 256, (240, 4, 4, 1)).astype(np.uint8)
    table = store(tmp_path, {"image": images, "y": [("cat", "dog")[i // 120] for i in range(240)]})
    assert "data_index_predicts" not in {one.id for one in findings(table, Question("y", "classification"))}


def test_a_share_is_told_with_two_digits_and_never_rounded_up_to_all() -> None:
    shares = {1.0: "100 %", 0.9996: "99.96 %", 0.17: "17 %", 0.0042: "0.42 %"}
    assert {share: percent(share) for share in shares} == shares


@pytest.mark.parametrize(("split", "told"), [("random", True), ("grouped", False), (None, False)])
def test_a_group_that_the_split_ignores_is_told_where_the_table_is_too_large_to_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, split: str | None, told: bool
) -> None:
    monkeypatch.setattr(sheet, "WHOLE", 100)
    table = store(tmp_path, {"household": [f"h{i // 4}" for i in range(200)], "y": ["a", "b"] * 100})
    found = findings(table, Question("y", "classification", group="household", split=split))
    assert ("data_group_not_kept" in {one.id for one in found}) == told


def test_what_is_found_in_many_columns_is_said_once(tmp_path: Path) -> None:
    columns = {f"x{i}": np.ones(100) for i in range(MANY + 1)} | {"y": np.arange(100) % 2, "z": np.arange(100.0)}
    few = findings(store(tmp_path / "few", dict(list(columns.items())[1:])))
    many = findings(store(tmp_path / "many", columns))
    assert [one.column for one in few if one.id == "data_constant"] == [f"x{i}" for i in range(1, MANY + 1)]
    (one,) = (one for one in many if one.id == "data_constant")
    assert one.column is None
    assert one.because.startswith(f"{MANY + 1} columns, such as 'x0', 'x1', 'x2'. The first: 'x0' has one value")
    assert [evidence.column for evidence in one.evidence] == [f"x{i}" for i in range(MANY + 1)]
    assert one.patches[0].patch == {"dataset": {"columns": {f"x{i}": "ignore" for i in range(MANY + 1)}}}
