"""A full disk is not reported as a fault of the file. `/dev/full` refuses writes as a full disk does."""

from pathlib import Path

import duckdb
import numpy as np
import pytest

from reading.__main__ import refusal
from reading.full_disk import is_disk_full
from reading.parquet import reader
from reading.request import ReadRequest
from reading.source import SourceFile
from tests.reading_here import read_here

FULL = Path("/dev/full")
pytestmark = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def write_to_full_disk(*_: object) -> None:
    """Write a table as the readers do, but to a disk without room."""
    duckdb.execute("COPY (SELECT range AS x FROM range(1000)) TO '/dev/full' (FORMAT parquet)")


def test_the_words_of_the_system_and_of_numpy_are_known() -> None:
    with FULL.open("wb", buffering=0) as file:
        with pytest.raises(OSError) as told:  # noqa: PT011 (its number is looked at)
            file.write(b"x")
        assert is_disk_full(told.value)
        with pytest.raises(OSError) as told:  # noqa: PT011
            np.arange(100_000).tofile(file)
        assert is_disk_full(told.value)
    assert not is_disk_full(PermissionError(13, "Permission denied"))
    assert not is_disk_full(duckdb.IOException("IO Error: no such file"))


def test_a_table_that_finds_no_room_is_no_damaged_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = tmp_path / "sent.parquet"
    duckdb.execute("COPY (SELECT range AS x FROM range(1000)) TO $path (FORMAT parquet)", {"path": str(sent)})
    monkeypatch.setattr(reader, "write_parquet", write_to_full_disk)
    with pytest.raises(duckdb.IOException) as told:
        read_here(tmp_path, {"t.parquet": sent.read_bytes()})
    request = ReadRequest(files=(SourceFile(sent, "t.parquet"),), out=tmp_path / "table")
    assert refusal(told.value, request).code == "disk_full"
