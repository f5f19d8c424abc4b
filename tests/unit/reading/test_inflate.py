"""Compressed files are decompressed as a stream, exactly and within limits."""

import gzip
import io
import sys
import zlib
from collections.abc import Callable
from typing import BinaryIO

import pytest

from reading.failure import ReadingFailed
from reading.inflate import Budget, gzip_stream, zstd_stream
from reading.request import Limits

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Opener = Callable[[BinaryIO, str, Budget], BinaryIO]
BOTH = pytest.mark.parametrize(("opened", "compress"), [(gzip_stream, gzip.compress), (zstd_stream, zstd.compress)])
TEXT = b"".join(b"%d,%d\n" % (i, i * i % 977) for i in range(60_000))


def inflated(opened: Opener, packed: bytes, limits: Limits | None = None) -> bytes:
    return opened(io.BytesIO(packed), "a.csv.gz", Budget(limits or Limits())).read()


@BOTH
@pytest.mark.parametrize("members", [1, 2, 50])
def test_all_members_are_read(opened: Opener, compress: Callable[[bytes], bytes], members: int) -> None:
    size = -(-len(TEXT) // members)
    packed = b"".join(compress(TEXT[i : i + size]) for i in range(0, len(TEXT), size))
    assert inflated(opened, packed) == TEXT
    assert inflated(opened, packed + bytes(512)) == TEXT  # tapes and some tools pad with nulls


@BOTH
def test_empty_members_are_nothing(opened: Opener, compress: Callable[[bytes], bytes]) -> None:
    assert inflated(opened, compress(b"") * 3 + compress(b"x") + compress(b"")) == b"x"


@BOTH
def test_a_truncated_file_is_refused(opened: Opener, compress: Callable[[bytes], bytes]) -> None:
    packed = compress(TEXT)
    for end in (len(packed) - 1, len(packed) // 2, 12):
        with pytest.raises(ReadingFailed, match=r"a\.csv\.gz ends in the middle") as failed:
            inflated(opened, packed[:end])
        assert (failed.value.code, failed.value.byte) == ("data_error", end)


@BOTH
def test_a_damaged_file_is_refused(opened: Opener, compress: Callable[[bytes], bytes]) -> None:
    packed = bytearray(compress(TEXT))
    packed[len(packed) // 2] ^= 255
    with pytest.raises(ReadingFailed, match="is damaged"):
        inflated(opened, bytes(packed))
    with pytest.raises(ReadingFailed, match="is damaged"):
        inflated(opened, compress(b"x") + b"something else")


def test_a_wrong_checksum_is_damage() -> None:
    packed = bytearray(gzip.compress(TEXT))
    packed[-6] ^= 1
    with pytest.raises(ReadingFailed, match="incorrect data check"):
        inflated(gzip_stream, bytes(packed))


@BOTH
def test_a_bomb_is_stopped_where_it_passes_the_ratio(opened: Opener, compress: Callable[[bytes], bytes]) -> None:
    bomb = compress(bytes(3_000_000))
    limits = Limits(unpacked_free=1_000_000, unpacked_ratio=200)
    budget = Budget(limits)
    with pytest.raises(ReadingFailed, match="over 200 times as much") as failed:
        opened(io.BytesIO(bomb), "a", budget).read()
    assert failed.value.code == "too_large"
    assert budget.unpacked <= 1_000_000 + 2**20
    assert len(inflated(opened, bomb, Limits())) == 3_000_000  # small files may be as regular as they like


def test_the_budget_is_for_all_files_together() -> None:
    budget = Budget(Limits(unpacked_bytes=len(TEXT) * 2))
    packed = gzip.compress(TEXT)
    for _ in range(2):
        gzip_stream(io.BytesIO(packed), "a", budget).read()
    with pytest.raises(ReadingFailed, match="decompress to more than"):
        gzip_stream(io.BytesIO(packed), "b", budget).read()


def test_endless_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reading.inflate.MAX_MEMBERS", 100)
    with pytest.raises(ReadingFailed, match="more than 100 compressed parts"):
        inflated(gzip_stream, gzip.compress(b"") * 101)


def test_a_dictionary_is_not_looked_for() -> None:
    packed = zlib.compressobj(zdict=b"abc", wbits=15)
    with pytest.raises(ReadingFailed, match="is damaged"):
        inflated(gzip_stream, packed.compress(b"abc") + packed.flush())
