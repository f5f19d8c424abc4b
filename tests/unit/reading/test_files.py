"""The format of files is recognized by their content. Compressed and packed files are read like plain ones."""

import gzip
import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reading.failure import ReadingFailed
from reading.request import Limits
from tests.mutants import CSV, JSONL, array, parquet
from tests.reading_here import read_here
from tests.workbooks import packed, xlsx

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

FILES = {
    "x.csv": CSV,
    "x.jsonl": JSONL,
    "x.parquet": parquet(lists=False),
    "x.npy": array("npy"),
    "x.xlsx": xlsx({"S": [["a", "b"], [1, "x"], [2, "y"]]}),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(("ending", "compress"), [(".gz", gzip.compress), (".zst", zstd.compress)])
def test_a_compressed_file_is_read_as_the_bare_one(
    tmp_path: Path, name: str, ending: str, compress: Callable[[bytes], bytes]
) -> None:
    bare = read_here(tmp_path, {name: FILES[name]})
    (tmp_path / "packed").mkdir()
    compressed = read_here(tmp_path / "packed", {name + ending: compress(FILES[name])})
    assert compressed.read.digest == bare.read.digest


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.parquet", "x.xlsx"])
def test_one_table_in_an_archive_is_read_as_the_bare_one(tmp_path: Path, name: str) -> None:
    bare = read_here(tmp_path, {name: FILES[name]})
    (tmp_path / "packed").mkdir()
    archive = packed({f"folder/{name}": FILES[name], "README.md": b"x", "__MACOSX/._x": b"x"})
    table = read_here(tmp_path / "packed", {"a.zip": archive})
    assert table.read.digest == bare.read.digest
    assert table.read.files[0].name == f"a.zip/folder/{name}"


@pytest.mark.parametrize("name", FILES)
def test_a_file_without_an_ending_is_told_by_its_content(tmp_path: Path, name: str) -> None:
    bare = read_here(tmp_path, {name: FILES[name]})
    (tmp_path / "nameless").mkdir()
    table = read_here(tmp_path / "nameless", {"churn": FILES[name]})
    assert table.read.parse["kind"] == bare.read.parse["kind"]
    assert table.rows == bare.rows


def picture() -> bytes:
    stream = io.BytesIO()
    Image.new("L", (3, 3)).save(stream, "PNG")
    return stream.getvalue()


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"


@pytest.mark.parametrize(
    ("name", "content", "words", "code"),
    [
        ("a.csv", packed({"x": b"y"}), "", "not_a_table"),
        ("a.csv", packed({"x.csv": CSV}), "begins like a ZIP file, not like .csv", "not_a_table"),
        ("a.csv", b"<!doctype html><title>404</title>", "begins like an HTML page", "not_a_table"),
        ("a.csv", LFS, "begins like a Git LFS pointer", "not_a_table"),
        ("a.csv", parquet(lists=False), "begins like a Parquet file, not like .csv", "not_a_table"),
        ("a.parquet", CSV, "begins like text, not like .parquet", "not_a_table"),
        ("a.npy", CSV, "begins like text", "not_a_table"),
        ("a.xlsx", CSV, "begins like text", "not_a_table"),
        ("a.csv.gz", gzip.compress(picture(), mtime=0), "begins like a PNG picture", "not_a_table"),
        ("a.png", picture(), "put pictures into a ZIP file, in a folder for each class", "not_a_table"),
        ("a", b"%PDF-1.4", "begins like a PDF document", "not_a_table"),
        ("a", b"%!PS-Adobe-3.0 EPSF-3.0", "begins like a PostScript document", "not_a_table"),
        ("a", b"<?xml version='1.0'?><svg/>", "begins like an XML document", "not_a_table"),
        ("a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "begins like an SVG picture", "not_a_table"),
        ("a", b"\x80\x04\x95" + bytes(30), "begins like a pickle", "not_a_table"),
        ("a", b"", "is empty", "no_rows"),
        ("a.gz", gzip.compress(b"", mtime=0), "is empty", "no_rows"),
        ("a.gz", gzip.compress(gzip.compress(CSV, mtime=0), mtime=0), "compressed twice", "not_a_table"),
        ("a.zip", packed({"b.zip": packed({"x.csv": CSV})}), "has an archive inside, b.zip", "data_error"),
        ("a.zip", packed({"b.csv": packed({"x.csv": CSV})}), "has an archive inside, b.csv", "data_error"),
        ("a.zip", packed({"b.csv": gzip.compress(CSV, mtime=0)}), "has an archive inside, b.csv", "data_error"),
        ("a.zip", packed({"b.csv.gz": gzip.compress(CSV, mtime=0)}), "has an archive inside, b.csv.gz", "data_error"),
        ("a.zip", packed({"a.csv": CSV, "b.csv": CSV}), "has 2 tables, a.csv, b.csv: send each", "data_error"),
        ("a.zip", packed({"a.doc": b"x"}), "no table, array or picture, only a.doc", "not_a_table"),
        ("a.zip", packed({"__MACOSX/a.csv": b"x"}), "no table", "not_a_table"),
    ],
)
def test_what_is_no_table_is_refused_by_what_it_is(
    tmp_path: Path, name: str, content: bytes, words: str, code: str
) -> None:
    with pytest.raises(ReadingFailed) as failed:
        read_here(tmp_path, {name: content})
    assert words in failed.value.message
    assert failed.value.code == code
    assert failed.value.file == name


def test_a_kind_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadingFailed, match="begins like text, which `kind` 'parquet' does not read") as failed:
        read_here(tmp_path, {"a": CSV}, {"kind": "parquet"})
    assert failed.value.code == "not_a_table"


def test_all_files_are_of_one_kind(tmp_path: Path) -> None:
    with pytest.raises(ReadingFailed, match="of one kind"):
        read_here(tmp_path, {"a.csv": CSV, "b.parquet": parquet(lists=False)})


@pytest.mark.parametrize(("ending", "compress"), [(".gz", gzip.compress), (".zst", zstd.compress)])
def test_a_bomb_is_refused(tmp_path: Path, ending: str, compress: Callable[[bytes], bytes]) -> None:
    bomb = compress(b"a,b\n" + b"1,2\n" * 3_000_000)
    with pytest.raises(ReadingFailed, match="decompression bomb") as failed:
        read_here(tmp_path, {f"a.csv{ending}": bomb})
    assert failed.value.code == "too_large"
    with pytest.raises(ReadingFailed, match="decompression bomb"):
        read_here(tmp_path, {"a.zip": packed({"a.csv": b"a,b\n" + b"1,2\n" * 3_000_000})})


def test_a_preview_of_text_ends_with_a_whole_row(tmp_path: Path) -> None:
    rows = "".join(f'{i},"two\nlines, {i}"\n' for i in range(1000))
    table = read_here(tmp_path, {"a.csv": f"id,text\n{rows}".encode()}, preview_bytes=5000)
    assert 200 < table.rows < 300
    assert np.array_equal(table.column("id").values, np.arange(table.rows))


def test_a_name_of_a_file_is_no_path_or_pattern(tmp_path: Path) -> None:
    for name in ("../../etc/passwd", "*.parquet", "s3://bucket/x.parquet", "'; DROP TABLE t; --"):
        assert read_here(tmp_path, {name: parquet(lists=False)}).rows == 50


def test_limits_are_of_all_files_together(tmp_path: Path) -> None:
    with pytest.raises(ReadingFailed, match="rows") as failed:
        read_here(tmp_path, {"a.csv": CSV, "b.csv": CSV}, limits=Limits(rows=50))
    assert failed.value.code == "too_large"


def test_a_preview_of_json_lines_ends_with_a_whole_line(tmp_path: Path) -> None:
    table = read_here(tmp_path, {"a.jsonl": b'{"a": "\\""}\n' * 1000}, preview_bytes=1000)
    assert table.rows == 1000 // len(b'{"a": "\\""}\n')
