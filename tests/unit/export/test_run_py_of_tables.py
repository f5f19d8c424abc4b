"""`run.py` reads, splits and encodes a table to the bit, for every word of the spec."""

import re
import shlex
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from export.script.script import Repeated, script
from gradus.facts import FileFacts
from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import Spec
from gradus.wire.metrics import MetricsRow
from preprocessing.encode import Fitted
from preprocessing.npz_copy import write_npz
from preprocessing.table import Table
from tests.tables import store
from tests.uploaded import uploaded
from worker.data.array_cache import ArrayCache
from worker.data.uploaded import load_uploaded

N = 120
DRAWS = np.random.default_rng(0)
NUMBERS = DRAWS.normal(40, 1e3, N)
COLUMNS: dict[str, Any] = {
    "age": [None if i % 9 == 0 else 1e308 if i == 5 else float(v) for i, v in enumerate(NUMBERS)],
    "city": [["Bern", "Chur", None, "Zug", "", 'Ge"n\\f'][i] for i in DRAWS.integers(0, 6, N)],
    "since": np.datetime64("2020-01-01") + DRAWS.integers(0, 900, N),
    "when": np.datetime64("2020-01-01T00:00:00", "us") + DRAWS.integers(0, 10**14, N),
    "member": [[True, False, None][i] for i in DRAWS.integers(0, 3, N)],
    "k": DRAWS.integers(0, 9, N),
    "w": DRAWS.random(N),
    "part": [["train", "train", "test", "validation"][i] for i in DRAWS.integers(0, 4, N)],
    "half": [["train", "test"][i % 2] for i in range(N)],
    "tags": [["a, b", "b", "c,", "", "a"][i] for i in DRAWS.integers(0, 5, N)],
    "y": [["no", "yes", None, "maybe"][i] for i in DRAWS.integers(0, 4, N)],
    "z": [None if i % 11 == 0 else float(v) for i, v in enumerate(DRAWS.normal(3, 2, N))],
}
CLASSES = ("maybe", "no", "yes")
ROLES = dict.fromkeys(("w", "part", "half", "tags", "z", "f"), "ignore")
AS_CATEGORY = {"k": {"encode": "one_hot"}, "member": {"encode": {"kind": "one_hot"}}}
WORDS: dict[str, dict[str, Any]] = {
    "stratified": {},
    "random": {"split": {"kind": "random", "seed": 3, "validation": 7}},
    "grouped": {"split": {"kind": "grouped", "column": "k", "test": 0.3}, "columns": {**ROLES, "k": "group"}},
    "grouped, some without": {"split": {"kind": "grouped", "column": "city"}, "columns": {**ROLES, "city": "group"}},
    "date": {"split": {"kind": "time", "column": "since"}},
    "time": {"split": {"kind": "time", "column": "when", "validation": 0.2}},
    "instants": {
        "split": {"kind": "time", "column": "since", "validation_from": "2021-01-01", "test_from": "2021-09-01"}
    },
    "time without times": {"split": {"kind": "time", "column": "age"}},
    "column": {"split": {"kind": "column", "column": "part"}},
    "column without validation": {"split": {"kind": "column", "column": "half", "seed": 4}},
    "hash": {"split": {"kind": "hash", "columns": ["city", "k", "age", "when"]}},
    "limit": {"limit": 30},
    **{
        name: {"numbers": name, "missing": {"kind": "mean", "flag": True}}
        for name in ("min_max", "standard", "robust", "quantile", "signed_log", "none")
    },
    "constant": {"missing": {"kind": "constant", "value": -7.25}},
    "few categories": {"categories": {"kind": "one_hot", "most": 2}},
    "rare are zeros": {"categories": {"kind": "one_hot", "most": 2, "rare": "zeros"}},
    "ordinal": {"categories": "ordinal", "columns": {**ROLES, "k": {"encode": "ordinal"}}},
    "order": {"categories": {"kind": "ordinal", "order": ["Zug", "Bern", "unknown"]}},
    "hashed": {"categories": {"kind": "hash", "buckets": 5}},
    "embedding": {"categories": {"kind": "embedding", "size": 3}},
    "numbers as categories": {"columns": {**ROLES, **AS_CATEGORY}},
    "elapsed": {"dates": "elapsed", "numbers": "standard"},
    "weights": {"columns": {**ROLES, "w": "weight"}, "class_weights": "balanced"},
    "weights of classes": {"class_weights": {"yes": 2.5}},
}
TARGETS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "number": ((), {"target": "z", "split": "random"}),
    "weighted number": ((), {"target": "z", "split": "random", "columns": {**ROLES, "w": "weight", "y": "ignore"}}),
    "several": ((), {"target": ["z", "w"], "split": "random"}),
    "flags": (("member", "f"), {"target": ["member", "f"], "split": "random"}),
    "tags": (("a", "b", "c"), {"target": {"column": "tags"}, "split": "random"}),
    "integer class": (tuple(map(str, range(9))), {"target": "k"}),
    "boolean class": (("false", "true"), {"target": "member"}),
}

NAMES = (
    r"C:\Users\nina",
    '""";raise SystemExit("ran");"""',
    "two words",
    "a; echo b $(c) 'd'",
    "of people " * 9 + "end",
    'ends with "',
)
"""Names of data sets as people may write them."""


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    return store(tmp_path_factory.mktemp("table") / "t", {**COLUMNS, "f": DRAWS.random(N) < 0.5})


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_words_of_tables(words: dict[str, Any], table: Table, tmp_path: Path) -> None:
    _hold(table, CLASSES, tmp_path, **{"split": "stratified", "columns": ROLES, **words})


@pytest.mark.parametrize(("classes", "words"), TARGETS.values(), ids=TARGETS)
def test_targets(classes: tuple[str, ...], words: dict[str, Any], table: Table, tmp_path: Path) -> None:
    roles = dict.fromkeys(("w", "part", "half", "tags", "z", "member", "f", "y"), "ignore")
    _hold(table, classes, tmp_path, **{"split": "stratified", "columns": roles, **words})


def test_files(tmp_path: Path) -> None:
    parts = ("train", "test")
    files = [FileFacts(name=f"{part}.csv", rows=N // 2, split=part) for part in parts]
    table = store(tmp_path / "t", COLUMNS, files=files)
    _hold(table, CLASSES, tmp_path, split="files", columns=ROLES)


def test_images_and_arrays(tmp_path: Path) -> None:
    images = DRAWS.integers(0, 256, (N, 3, 4, 1), dtype=np.uint8)
    arrays = DRAWS.normal(0, 1, (N, 2, 3))
    arrays[4, 1, 1] = np.nan
    y = COLUMNS["y"]
    _hold(store(tmp_path / "i", {"photo": images, "y": y}), CLASSES, tmp_path, split="stratified")
    both = store(tmp_path / "b", {"photo": images, "wave": arrays, "age": COLUMNS["age"], "y": y})
    _hold(both, CLASSES, tmp_path, split="stratified", numbers="standard", missing="mean")


def test_another_table_is_refused(tmp_path: Path) -> None:
    table = store(tmp_path / "t", COLUMNS)
    names = _names(table, CLASSES, tmp_path, split="stratified", columns=ROLES)
    write_npz(store(tmp_path / "o", {**COLUMNS, "k": COLUMNS["k"] + 1}), tmp_path / "data.npz")
    with pytest.raises(SystemExit, match=re.escape("is another table")):
        names["load"]()


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_data_set_is_text_and_one_word_of_the_command(name: str, table: Table, tmp_path: Path) -> None:
    said = _names(table, CLASSES, tmp_path, name=name, split="stratified", columns=ROLES)["__doc__"]
    (command,) = (line for line in said.splitlines() if line.startswith("    gradus datasets download "))
    assert shlex.split(command) == ["gradus", "datasets", "download", name, "data.npz", "--npz", "--version", "1"]


def _hold(table: Table, classes: tuple[str, ...], folder: Path, **words: Any) -> None:
    """Check that `run.py` loads the same examples, bit for bit."""
    names = _names(table, classes, folder, **words)
    data = table.folder.parent / f"{table.folder.name}.npz"
    if not data.exists():
        write_npz(table, data)
    (folder / "data.npz").unlink(missing_ok=True)
    (folder / "data.npz").symlink_to(data)
    expected, found = names["expected"], names["load"]()
    assert found.deviation == expected.target_scale.deviation
    for part in ("train", "validation", "test"):
        own, theirs = getattr(found, part), getattr(expected, part)
        for what in ("inputs", "targets", "weights", "evaluation_weights"):
            one, other = getattr(own, what), getattr(theirs, what)
            assert (one is None) == (other is None), (part, what)
            assert one is None or (one.dtype == other.dtype and torch.equal(one, other)), (part, what)


def _names(table: Table, classes: tuple[str, ...], folder: Path, **words: Any) -> dict[str, Any]:
    """The names that `run.py` defines, and the `expected` examples."""
    of = uploaded(table, classes, **words)
    cache = ArrayCache(folder / "cache" / table.folder.name)
    expected = load_uploaded(of, lambda: nullcontext(table), cache, print)
    assert expected.preprocessing is not None
    spec = Spec.model_validate({"dataset": of.dataset.model_dump(), "layers": [], "epochs": 1})
    resolved = ResolvedSpec(spec.written_out(of.plan.task), of.plan)
    fitted = Fitted.model_validate_json(expected.preprocessing)
    text = script(Repeated("exp_1", 'a "name" \\', resolved, fitted, [_row()], "cpu:1 (here)", "0"))
    (folder / "run.py").write_text(text, encoding="utf-8")
    names: dict[str, Any] = {"__name__": __name__, "__file__": str(folder / "run.py")}
    exec(compile(text, "run.py", "exec"), names)  # noqa: S102 (our own text)
    names.update(expected=expected, FOLDER=folder)
    return names


def _row() -> MetricsRow:
    numbers = {name: 0.0 for name in MetricsRow.model_fields if name not in {"epoch", "step", "at"}}
    return MetricsRow.model_validate({"epoch": 1, "step": 1, "at": "2026-01-01T00:00:00Z", **numbers})
