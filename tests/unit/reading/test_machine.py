"""An error of the machine, or of the reader's confinement, is not told as a damaged file."""

import errno
import os
import signal
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineError, CalamineWorkbook

from api.services.dataset_preview import refusal as problem
from reading import examine
from reading.__main__ import refusal
from reading.failure import FailureCode, ReadingFailed
from reading.job import Job
from reading.killed import killed
from reading.parquet.footer import footer
from reading.report import Report
from reading.request import Limits, ReadRequest
from reading.sheets.workbook import opened
from reading.source import SourceFile
from reading.stored.connection import connect
from tests.reading_here import read_here
from tests.workbooks import xlsx

CGROUP = 'IO Error: Cannot open file "/proc/self/cgroup": Permission denied'


def told(error: BaseException) -> str:
    failed = refusal(error, ReadRequest(files=(SourceFile(Path("x"), "x"),), out=Path("out")))
    assert ("damaged" in failed.message) == (failed.code == "data_error")
    return failed.code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (duckdb.IOException(CGROUP), "machine_error"),
        (duckdb.IOException('IO Error: No files found that match the pattern "x"'), "machine_error"),
        (duckdb.IOException('IO Error: Could not read from file "x": Input/output error'), "machine_error"),
        (duckdb.PermissionException('Permission Error: Cannot access file "x"'), "machine_error"),
        (duckdb.FatalException("FATAL Error: Failed to create checkpoint"), "machine_error"),
        (PermissionError(errno.EACCES, "Permission denied"), "machine_error"),
        (OSError("Too many open files (os error 24)"), "machine_error"),
        (CalamineError("I/O error: Input/output error (os error 5)"), "machine_error"),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate data"), "too_large"),
        (duckdb.Error("std::bad_alloc"), "too_large"),
        (MemoryError(), "too_large"),
        (OSError(errno.EFBIG, "File too large"), "too_large"),
        (duckdb.IOException('IO Error: Could not write file "x": File too large'), "too_large"),
        (duckdb.IOException('IO Error: Could not read enough bytes from file "x": attempted to read 9'), "data_error"),
        (duckdb.IOException('IO Error: Could not seek to location -1 for file "x": Invalid argument'), "data_error"),
        (duckdb.InvalidInputException("Invalid Input Error: Snappy decompression failure"), "data_error"),
        (ZeroDivisionError("division by zero"), "reader_fault"),
    ],
    ids=str,
)
def test_who_is_to_blame(error: BaseException, code: str) -> None:
    assert told(error) == code


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    path = tmp_path / "x.parquet"
    duckdb.execute("COPY (SELECT range AS x FROM range(1000)) TO $path (FORMAT parquet)", {"path": str(path)})
    return path


def test_a_parquet_file_that_the_reader_may_not_open_is_not_damaged(parquet: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with connect(tmp_path / "out") as connection, pytest.raises(duckdb.PermissionException) as raised:
        footer(connection, parquet, "x", Limits())
    assert told(raised.value) == "machine_error"


def test_a_parquet_file_whose_footer_needs_too_much_memory_is_not_damaged(parquet: Path) -> None:
    little = duckdb.connect(config={"threads": 1, "memory_limit": "1KiB"})
    with little as connection, pytest.raises(duckdb.OutOfMemoryException) as raised:
        footer(connection, parquet, "x", Limits())
    assert told(raised.value) == "too_large"


def test_a_workbook_that_cannot_be_opened_is_not_damaged(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError) as raised, opened(tmp_path, "x.xlsx", Limits()):
        pass
    assert told(raised.value) == "machine_error"


def no_such_file() -> None:
    CalamineWorkbook.from_path("/nowhere.xlsx")


def full_disk() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(("act", "code"), [(no_such_file, "machine_error"), (full_disk, "disk_full")])
def test_a_workbook_is_not_damaged_because_a_file_cannot_be_read_or_its_rows_written(
    tmp_path: Path, act: Callable[[], None], code: str
) -> None:
    book = tmp_path / "x.xlsx"
    book.write_bytes(xlsx({"S": [["a"], [1]]}))
    with pytest.raises(OSError) as raised, opened(book, "x.xlsx", Limits()):  # noqa: PT011 (its number is looked at)
        act()
    assert told(raised.value) == code


@pytest.mark.parametrize(
    "words", ["terminate called after throwing an instance of 'std::bad_alloc'", "memory allocation of 8 bytes failed"]
)
def test_a_reader_that_aborts_for_want_of_memory_is_not_told_as_a_damaged_file(words: str, tmp_path: Path) -> None:
    request = ReadRequest(files=(SourceFile(Path("x"), "x"),), out=tmp_path)
    failed = killed(-signal.SIGABRT, words, request)
    assert (failed.code, "damaged" in failed.message) == ("too_large", False)
    assert killed(-signal.SIGABRT, "", request).code == "data_error"


def test_statistics_that_the_machine_hinders_are_not_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hindered(*_: object) -> None:
        raise duckdb.IOException(CGROUP)

    read_here(tmp_path, {"a.csv": b"a,b\n1,2\n"})
    monkeypatch.setattr(examine, "statistics", hindered)
    sources = (SourceFile(tmp_path / "sent" / "0", "a.csv"),)
    request = ReadRequest(files=sources, table=tmp_path / "table", out=tmp_path)
    with pytest.raises(duckdb.IOException) as raised:
        examine.examine(Job(request, Report(lambda _: None)), lambda _: None)
    assert told(raised.value) == "machine_error"


@pytest.mark.parametrize(("code", "status"), [("disk_full", 503), ("machine_error", 503), ("data_error", 422)])
def test_a_dry_run_tells_trouble_of_the_machine_as_its_own(code: FailureCode, status: int) -> None:
    assert problem(ReadingFailed(code, "x")).status == status
