"""Folders that processes share: each is filled once, never seen before it is complete, and never deleted while it is in
use.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub import folder_cache
from hub.folder_cache import FolderCache

HOLD_FOR_EVER = """
import os, signal, sys
from pathlib import Path
from hub.folder_cache import FolderCache
def write(folder):
    (folder / "content").write_bytes(b"half")
    if sys.argv[2] == "writing":
        os.kill(os.getpid(), signal.SIGKILL)
with FolderCache(Path(sys.argv[1]), 1).held("killed", write) as folder:
    os.kill(os.getpid(), signal.SIGKILL)
"""


def writer(size: int = 100) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / "content").write_bytes(b"x" * size)

    return write


def names(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir())


def test_a_folder_in_use_stays_although_others_exceed_the_limit(tmp_path: Path) -> None:
    mine, other = FolderCache(tmp_path, 150), FolderCache(tmp_path, 150)  # as of two processes
    with mine.held("a", writer()) as folder:
        os.utime(folder, (0, 0))
        with other.held("b", writer()), other.held("c", writer()):
            assert names(tmp_path) == [".a.lock", ".b.lock", ".c.lock", "a", "b", "c"]
        assert (folder / "content").read_bytes() == b"x" * 100
        with other.held("d", writer()):
            assert names(tmp_path) == [".a.lock", ".d.lock", "a", "d"]
    with other.held("e", writer()):
        assert names(tmp_path) == [".e.lock", "e"]


def test_nobody_waits_for_another_folder(tmp_path: Path) -> None:
    cache, begun, over = FolderCache(tmp_path, 10**6), threading.Event(), threading.Event()

    def slow(folder: Path) -> None:
        begun.set()
        assert over.wait(30)
        writer()(folder)

    def hold(key: str, write: Callable[[Path], None]) -> bytes:
        with cache.held(key, write) as folder:
            return (folder / "content").read_bytes()

    with ThreadPoolExecutor(1) as thread:
        held = thread.submit(hold, "slow", slow)
        assert begun.wait(30)
        assert hold("fast", writer(3)) == b"xxx"
        over.set()
        assert held.result() == b"x" * 100


@pytest.mark.parametrize("when", ["writing", "reading"])
def test_a_process_that_is_killed_leaves_nothing_that_stays(tmp_path: Path, when: str) -> None:
    killed = subprocess.run([sys.executable, "-c", HOLD_FOR_EVER, str(tmp_path), when], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert any(name.endswith(".part") for name in names(tmp_path)) == (when == "writing")
    with FolderCache(tmp_path, 1).held("next", writer()):
        assert names(tmp_path) == [".next.lock", "next"]


def test_a_process_that_is_killed_while_it_deletes_leaves_no_folder_that_lacks_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = FolderCache(tmp_path, 1)
    with cache.held("b", writer()):
        pass

    def half(path: Path, **_: object) -> None:
        (path / "content").unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", half)
        with pytest.raises(KeyboardInterrupt):
            cache._is_deleted(tmp_path / "b")
    with cache.held("b", writer(7)) as folder:
        assert (folder / "content").read_bytes() == b"x" * 7


def test_folders_are_flushed_before_they_get_their_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []
    monkeypatch.setattr(folder_cache, "sync", lambda path: flushed.append(path.name))
    with FolderCache(tmp_path, 1000).held("a", writer()):
        pass
    assert flushed[0] == "content"
    assert flushed[1].endswith(".part")
    assert flushed[2] == tmp_path.name


def test_a_folder_that_was_just_filled_is_not_deleted_before_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = FolderCache(tmp_path, 1), FolderCache(tmp_path, 1)  # as of two processes
    tidy, filled = mine._delete_abandoned, list[str]()

    def while_another_fills() -> None:
        tidy()
        if len(filled) < 3:
            with other.held(f"other{len(filled)}", writer()):
                pass

    def fill(folder: Path) -> None:
        filled.append(folder.name)
        writer()(folder)

    monkeypatch.setattr(mine, "_delete_abandoned", while_another_fills)
    with mine.held("a", fill) as folder:
        assert names(folder) == ["content"]
    assert len(filled) == 1


def test_room_is_made_on_the_disk_and_within_the_limit_before_a_folder_is_filled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = FolderCache(tmp_path, 1000)
    for age, key in enumerate(("old", "newer", "newest")):
        with cache.held(key, writer()) as folder:
            os.utime(folder, (age, age))

    def kept() -> list[str]:
        return [name for name in names(tmp_path) if not name.startswith(".")]

    def usage(_: Path) -> shutil._ntuple_diskusage:
        used = 100 * len(kept())
        return shutil._ntuple_diskusage(400, used, 400 - used)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    cache.make_room(100)
    assert kept() == ["newer", "newest", "old"]
    cache.make_room(401)
    assert kept() == ["newer", "newest", "old"], "not even the whole disk has room"
    cache.make_room(150)
    assert kept() == ["newer", "newest"]
    cache._max_bytes = 250
    cache.make_room(150)
    assert kept() == ["newest"]
