"""Files of arrays."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from preprocessing.array_file import save_array
from worker.trainer.process_limits import limited_files

ARRAYS: dict[str, NDArray[Any]] = {
    "bytes": np.arange(60, dtype=np.uint8).reshape(12, 5),
    "float32": np.linspace(0, 1, 60, dtype=np.float32).reshape(3, 20),
    "columns of a larger one": np.arange(200).reshape(10, 20)[:, 3:9],
    "no rows": np.empty((0, 7), np.float32),
    "fields": np.array([(1, 0.5), (2, 0.25)], dtype=[("row", "<i8"), ("score", "<f4")]),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_is_read_as_it_was_written(tmp_path: Path, name: str) -> None:
    save_array(tmp_path / "array.npy", ARRAYS[name])
    read = np.load(tmp_path / "array.npy", mmap_mode="r", allow_pickle=False)
    assert (read.dtype, read.shape) == (ARRAYS[name].dtype, ARRAYS[name].shape)
    assert np.array_equal(read, ARRAYS[name])


@pytest.mark.parametrize("size", [100, 300, 5000, 20_000])
def test_a_disk_that_is_full_at_any_byte_is_noticed(tmp_path: Path, size: int) -> None:
    with limited_files(size), pytest.raises(OSError, match="too large"):
        save_array(tmp_path / "array.npy", np.zeros(size, np.uint8))  # and a header of 128
