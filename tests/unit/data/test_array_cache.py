"""The cache of encoded data sets on disk."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from worker.data.array_cache import ArrayCache


class Writer:
    """Writes files of a few bytes, and remembers their keys."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def get(self, cache: ArrayCache, key: str, size: int = 100) -> bytes:
        def write(folder: Path) -> None:
            self.written.append(key)
            (folder / "content").write_bytes(key.encode() * size)

        return cache.get(key, write, lambda folder: (folder / "content").read_bytes())


def test_a_folder_is_written_once_and_shared(tmp_path: Path) -> None:
    writer = Writer()
    with ThreadPoolExecutor(4) as threads:
        caches = [ArrayCache(tmp_path / "cache") for _ in range(4)]  # as of four trainers
        contents = set(threads.map(lambda cache: writer.get(cache, "a"), caches))
    assert contents == {b"a" * 100}
    assert writer.written == ["a"]


def test_the_least_recently_used_goes_first_and_the_one_in_use_stays(tmp_path: Path) -> None:
    cache, writer = ArrayCache(tmp_path, max_bytes=250), Writer()
    for age, key in enumerate("ab"):
        writer.get(cache, key)
        os.utime(tmp_path / key, (age, age))
    writer.get(cache, "a")  # b is now the oldest
    writer.get(cache, "c")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.isalpha()) == ["a", "c"]
    writer.get(cache, "d", size=1000)
    assert [path.name for path in tmp_path.iterdir() if path.name.isalpha()] == ["d"]
    assert writer.written == ["a", "b", "c", "d"]


def test_what_fails_or_is_killed_half_written_is_never_read(tmp_path: Path) -> None:
    cache, writer = ArrayCache(tmp_path), Writer()

    def fail(folder: Path) -> None:
        (folder / "content").write_bytes(b"half")
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        cache.get("a", fail, lambda folder: None)
    killed = tmp_path / ".a.0123.part"
    killed.mkdir()
    (killed / "content").write_bytes(b"half")
    assert writer.get(cache, "a") == b"a" * 100
    assert not list(tmp_path.glob("*.part"))


def test_a_mapped_array_survives_its_deletion(tmp_path: Path) -> None:
    cache = ArrayCache(tmp_path, max_bytes=1)
    values = np.arange(100_000)
    mapped = cache.get(
        "a",
        lambda folder: np.save(folder / "x.npy", values),
        lambda folder: np.load(folder / "x.npy", mmap_mode="r"),
    )
    Writer().get(cache, "b")
    assert not (tmp_path / "a").exists()
    assert np.array_equal(mapped, values)


def test_trainers_that_delete_the_same_folders_do_not_fail(tmp_path: Path) -> None:
    caches = [ArrayCache(tmp_path, max_bytes=1) for _ in range(8)]

    def use(cache: ArrayCache) -> None:
        for key in range(60):
            assert Writer().get(cache, f"{caches.index(cache)}x{key}", size=1)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(use, caches))
