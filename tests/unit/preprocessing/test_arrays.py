"""The arrays of a run, stored in files."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradus.encoding import Misfit
from gradus.spec.split import ColumnSplit, RandomSplit
from preprocessing import arrays
from preprocessing.arrays import array_bytes, read_arrays, write_arrays
from preprocessing.encode import transform
from preprocessing.fit import fit
from preprocessing.parts import rows_of
from preprocessing.table import Table
from tests.tables import facts_of, store
from tests.unit.preprocessing.words import Words

N = 3000
RANDOM = np.random.default_rng(0)
COLUMNS: dict[str, Any] = {
    "x": RANDOM.normal(size=N),
    "city": [None if i == 7 else f"c{i}" for i in RANDOM.integers(0, 30, N)],
    "y": [None if i % 50 == 3 else i % 3 for i in range(N)],
    "w": RANDOM.uniform(0.5, 2, N),
}
CLASSES = ("0", "1", "2")
WORDS = Words(split=RandomSplit())


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    return store(tmp_path_factory.mktemp("table"), COLUMNS, row_group=2048)


@pytest.mark.parametrize("chunk_bytes", [2**26, 1])
def test_the_files_hold_the_encoded_rows_of_each_part(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk_bytes: int
) -> None:
    monkeypatch.setattr(arrays, "CHUNK_BYTES", chunk_bytes)  # chunks of all rows, or of the fewest
    rows = rows_of(WORDS, CLASSES, table, limit=1000)
    fitted = fit(WORDS, facts_of(table), table, rows.train)
    done: list[int] = []
    write_arrays(tmp_path, fitted, rows, table, "w", done.append)
    found = read_arrays(tmp_path)
    everything = transform(fitted, table.chunk(fitted.names, 0, N))
    for part, places in ((found.train, rows.train), (found.validation, rows.validation), (found.test, rows.test)):
        assert np.array_equal(part.inputs, everything[places])
        assert part.targets.tolist() == (places % 3).tolist()
        assert part.weights is not None
        assert part.weights.tolist() == COLUMNS["w"][places].tolist()
    assert len(found.train.inputs) == 1000
    assert found.fitted == fitted
    assert done[-1] == N
    assert done == sorted(set(done))
    assert array_bytes(fitted, rows) == sum(part.inputs.nbytes for part in (found.train, found.validation, found.test))


def test_images_stay_bytes(tmp_path: Path) -> None:
    images = RANDOM.integers(0, 256, (40, 4, 5, 3), dtype=np.uint8)
    part = np.array(["train"] * 20 + ["validation"] * 8 + ["test"] * 12)
    table = store(tmp_path / "t", {"photo": images, "y": np.arange(40) % 2, "part": list(part)})
    words = Words(split=ColumnSplit(column="part"))
    rows = rows_of(words, ("0", "1"), table)
    (tmp_path / "a").mkdir()
    write_arrays(tmp_path / "a", fit(words, facts_of(table), table, rows.train), rows, table, None, lambda done: None)
    found = read_arrays(tmp_path / "a")
    assert found.test.inputs.dtype == np.uint8
    assert np.array_equal(found.test.inputs, images[28:].reshape(12, 60))
    assert found.test.weights is None


def test_a_part_may_be_empty(table: Table, tmp_path: Path) -> None:
    words = Words(split=RandomSplit(test=0))
    rows = rows_of(words, CLASSES, table)
    write_arrays(tmp_path, fit(words, facts_of(table), table, rows.train), rows, table, None, lambda done: None)
    assert read_arrays(tmp_path).test.inputs.shape == (0, 32)


@pytest.mark.parametrize("wrong", [-1.0, None])
def test_a_weight_must_be_a_number_that_is_not_negative(tmp_path: Path, wrong: float | None) -> None:
    table = store(tmp_path / "t", {"x": np.arange(20), "y": np.arange(20) / 3, "w": [1.0] + [wrong] * 19})
    rows = rows_of(WORDS, (), table)
    (tmp_path / "a").mkdir()
    with pytest.raises(Misfit, match=r"the weight 'w' is missing or negative in 1[34] rows of train"):
        write_arrays(
            tmp_path / "a", fit(WORDS, facts_of(table), table, rows.train), rows, table, "w", lambda done: None
        )
