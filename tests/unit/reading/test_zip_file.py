"""ZIP files: members are read exactly, malicious files are refused."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from reading.failure import ReadingFailed
from reading.request import Limits
from reading.zip_file import ZipFile

Member = tuple[str | zipfile.ZipInfo, bytes]


def packed(folder: Path, *members: Member, method: int = zipfile.ZIP_DEFLATED) -> Path:
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def opened(path: Path, limits: Limits | None = None) -> ZipFile:
    return ZipFile(path, "a.zip", limits or Limits())


def contents(archive: ZipFile) -> dict[str, bytes]:
    found = {}
    for i, name in archive.names.items():
        with archive.open(i) as stream:
            found[name] = stream.read()
    return found


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_read_exactly(tmp_path: Path, method: int) -> None:
    files = {"a/1.csv": b"a,b\n" * 50_000, "a/leer.txt": b"", "ü/Größe.png": bytes(range(256)), "k/日本.csv": b"x"}
    archive = opened(packed(tmp_path, *files.items(), method=method))
    assert contents(archive) == files
    assert {archive.names[i]: archive.size(i) for i in archive.names} == {k: len(v) for k, v in files.items()}


def test_a_stream_is_written_without_sizes_in_its_local_headers(tmp_path: Path) -> None:
    class Unseekable(io.RawIOBase):
        def __init__(self) -> None:
            self.bytes = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.bytes += data
            return len(data)

    stream = Unseekable()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"1\n" * 100)
    path = tmp_path / "a.zip"
    path.write_bytes(stream.bytes)
    assert contents(opened(path)) == {"a.csv": b"1\n" * 100}


def test_a_file_of_zip64_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    files = {"a.csv": b"1,2\n" * 100, "b.csv": b"3\n", "c/d.csv": b"4\n" * 9}
    path = packed(tmp_path, *files.items())
    assert b"PK\x06\x06" in path.read_bytes()
    assert contents(opened(path)) == files


def test_what_systems_add_is_skipped_and_listed(tmp_path: Path) -> None:
    path = packed(
        tmp_path,
        ("a.csv", b"1"),
        ("__MACOSX/._a.csv", b"2"),
        ("k/.DS_Store", b"3"),
        ("k/._b", b"4"),
        ("k/Thumbs.db", b""),
        ("k/", b""),
    )
    archive = opened(path)
    assert list(archive.names.values()) == ["a.csv"]
    assert [left.reason for left in archive.skipped] == ["3 files that macOS adds", "1 files that Windows adds"]


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def null() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("a.csv")
    info.filename = "a\0b.csv"
    return info


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../../etc/passwd", "leads out of its folder"),
        ("a/../../b.csv", "leads out of its folder"),
        ("a\\..\\b.csv", "leads out of its folder"),
        ("/etc/passwd", "absolute"),
        ("\\windows\\x.csv", "absolute"),
        ("C:/x.csv", "absolute"),
        ("c:x.csv", "absolute"),
        ("a\nb.csv", "control characters"),
        (null(), "control characters"),
        ("a" * 252 + ".csv", "more than 255 bytes"),
        (link("a.csv"), "link"),
    ],
)
def test_a_name_that_is_a_trap_is_refused(tmp_path: Path, name: str | zipfile.ZipInfo, why: str) -> None:
    with pytest.raises(ReadingFailed, match=why) as failed:
        opened(packed(tmp_path, ("good.csv", b"1"), (name, b"/etc/passwd")))
    assert failed.value.code == "data_error"
    assert failed.value.file == "a.zip"


def with_flag(path: Path) -> None:
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02")
    struct.pack_into("<H", content, at + 8, 1)
    path.write_bytes(content)


def overlapping(path: Path) -> None:
    content = bytearray(path.read_bytes())
    first = content.index(b"PK\x01\x02")
    second = content.index(b"PK\x01\x02", first + 1)
    content[second + 42 : second + 46] = content[first + 42 : first + 46]  # both begin at the same local header
    path.write_bytes(content)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


def without_end(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:60])


def prefixed(path: Path) -> None:
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())


def in_volumes(path: Path) -> None:
    content = bytearray(path.read_bytes())
    struct.pack_into("<H", content, content.rindex(b"PK\x05\x06") + 4, 1)
    path.write_bytes(content)


def boundless(path: Path) -> None:
    content = bytearray(path.read_bytes())
    struct.pack_into("<2H", content, content.rindex(b"PK\x05\x06") + 8, 60_000, 60_000)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (with_flag, "password"),
        (overlapping, "overlap"),
        (truncated, "damaged or truncated"),
        (without_end, "damaged or truncated"),
        (prefixed, "damaged or truncated"),
        (in_volumes, "several volumes"),
        (boundless, "damaged or truncated"),
    ],
)
def test_a_directory_that_lies_is_refused(tmp_path: Path, spoil: Callable[[Path], None], why: str) -> None:
    path = packed(tmp_path, ("a.csv", b"1,2\n" * 100), ("b.csv", b"1,2\n" * 100))
    spoil(path)
    with pytest.raises(ReadingFailed, match=why):
        opened(path)


def test_too_many_members_are_refused_by_their_number(tmp_path: Path) -> None:
    path = packed(tmp_path, *((f"{i}.csv", b"") for i in range(11)))
    with pytest.raises(ReadingFailed, match="has 11 members: 10 are allowed") as failed:
        opened(path, Limits(archive_members=10))
    assert failed.value.code == "too_large"


def test_an_empty_archive_has_no_rows(tmp_path: Path) -> None:
    with pytest.raises(ReadingFailed, match="empty") as failed:
        opened(packed(tmp_path))
    assert failed.value.code == "no_rows"


def test_a_bomb_of_many_small_members_is_one(tmp_path: Path) -> None:
    path = packed(tmp_path, *((f"{i}", bytes(100_000)) for i in range(100)))
    archive = opened(path, Limits(unpacked_free=1_000_000))
    with pytest.raises(ReadingFailed, match="decompression bomb"):
        contents(archive)


def spoiled(content: bytearray) -> None:
    content[content.index(b"PK\x01\x02") + 16] ^= 1  # the checksum


def shorter(content: bytearray) -> None:
    at = content.index(b"PK\x01\x02")
    struct.pack_into("<L", content, at + 24, 3)  # the size


def elsewhere(content: bytearray) -> None:
    content[31] ^= 1  # the name in the local header


def by_another_method(content: bytearray) -> None:
    struct.pack_into("<H", content, content.index(b"PK\x01\x02") + 10, 9)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (spoiled, "its checksum or size"),
        (shorter, "its checksum or size"),
        (elsewhere, "damaged at its member"),
        (by_another_method, "compressed by Deflate64"),
    ],
)
def test_a_member_that_is_not_what_the_directory_says_is_refused(
    tmp_path: Path, spoil: Callable[[bytearray], None], why: str
) -> None:
    content = bytearray(packed(tmp_path, ("abc.csv", b"1,2\n" * 100)).read_bytes())
    spoil(content)
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(ReadingFailed, match=why):
        contents(opened(tmp_path / "a.zip"))
