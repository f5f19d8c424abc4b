"""A target that is missing from the files is reported before their rows are read."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from reading.failure import ReadingFailed
from tests.reading_here import read_here
from tests.unit.reading.test_arrays import idx, npz
from tests.unit.reading.test_images import GRAY, archive, png
from tests.unit.reading.test_parquet import parquet
from tests.workbooks import xlsx

# Each file has a row that cannot be read: whoever reads it first does not come to the target.
FILES: Mapping[str, bytes] = {
    "a.csv": b"exited,age\n" + b"1,2\n" * 500_000 + b"1,2,3,4\n",
    "a.npz": npz(exited=np.array([1.0, np.inf]), age=np.array([1, 2])),
}


@pytest.mark.parametrize("name", FILES)
def test_a_misspelt_target_is_noticed_before_the_rows_are_read(name: str, tmp_path: Path) -> None:
    with pytest.raises(ReadingFailed) as broken:
        read_here(tmp_path, {name: FILES[name]}, target="exited")
    assert broken.value.code != "unknown_column"
    with pytest.raises(ReadingFailed, match="did you mean 'exited'") as failed:
        read_here(tmp_path, {name: FILES[name]}, target="exitd")
    assert failed.value.code == "unknown_column"


@pytest.mark.parametrize("kind", ["parquet", "jsonl", "idx", "zip", "xlsx"])
def test_readers_of_every_kind_know_the_target(kind: str, tmp_path: Path) -> None:
    made: Mapping[str, Callable[[], bytes]] = {
        "parquet": lambda: parquet(tmp_path, "SELECT 1 AS exited"),
        "jsonl": lambda: b'{"exited": 1}\n',
        "idx": lambda: idx(np.zeros(3, dtype=np.uint8)),
        "zip": lambda: archive({"a/1.png": png(GRAY), "b/2.png": png(GRAY)}),
        "xlsx": lambda: xlsx({"a": [["exited"], [1]]}),
    }
    with pytest.raises(ReadingFailed, match="the target: no column 'exitd'") as failed:
        read_here(tmp_path, {f"a.{kind}": made[kind]()}, target="exitd")
    assert failed.value.code == "unknown_column"
