"""Stores of any kind: every exception of a store's client means that the store cannot be reached."""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from hub.artifacts.store import ArtifactStore, artifact_store
from hub.jobs.checkpoint_ref import CheckpointRef
from tests.unit.checkpoint.test_restore import KEPT, kept
from worker.checkpoint.restore import MAX_TRIES, restore
from worker.checkpoint.writer import CheckpointWriter


class Refused(Exception):
    """An exception class that only this store's client has."""


class Flaky(MemoryFileSystem):  # type: ignore[misc]
    """A store whose client raises `trouble` in every call, and while it connects, as long as `trouble` is set."""

    protocol = "flaky"
    trouble: ClassVar[Exception | None] = None
    connections: ClassVar[int] = 0

    def __init__(self, **options: Any) -> None:
        _raise()
        type(self).connections += 1
        super().__init__(**options)

    def put_file(self, lpath: str, rpath: str, **options: Any) -> None:
        _raise()
        super().put_file(lpath, rpath, **options)

    def get_file(self, rpath: str, lpath: str, **options: Any) -> None:
        _raise()
        super().get_file(rpath, lpath, **options)

    def ls(self, path: str, detail: bool = True, **options: Any) -> Any:
        _raise()
        return super().ls(path, detail=detail, **options)

    def rm(self, path: str, recursive: bool = False, maxdepth: int | None = None) -> None:
        _raise()
        super().rm(path, recursive=recursive, maxdepth=maxdepth)


def _raise() -> None:
    if Flaky.trouble is not None:
        raise Flaky.trouble


fsspec.register_implementation("flaky", Flaky, clobber=True)

TROUBLES = (
    Refused("403, quota exceeded"),
    ValueError("bad credentials"),
    RuntimeError("session is closed"),
    EOFError("the channel was closed"),
    asyncio.IncompleteReadError(b"", 5),
    AttributeError("'NoneType' object has no attribute 'sendall'"),
    ConnectionResetError("peer"),
    TimeoutError("no answer"),
)
CALLS: Mapping[str, Callable[[ArtifactStore], object]] = {
    "put": lambda store: store.put("exp/2", _fill),
    "open": lambda store: ExitStack().enter_context(store.open("exp/1", "")),
    "names": lambda store: store.names("exp"),
    "delete": lambda store: store.delete("exp/1"),
}


def _fill(folder: Path) -> None:
    (folder / "weights").write_bytes(b"weights")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ArtifactStore]:
    """A store that contains an artifact, and whose client raises nothing yet."""
    Flaky.trouble = None
    store = artifact_store(f"flaky://{tmp_path.name}")
    store.put("exp/1", _fill)
    yield store
    Flaky.trouble = None


@pytest.mark.parametrize("trouble", TROUBLES, ids=repr)
@pytest.mark.parametrize("call", CALLS)
def test_whatever_a_client_raises_is_an_os_error(store: ArtifactStore, call: str, trouble: Exception) -> None:
    Flaky.trouble = trouble
    with pytest.raises(OSError, match=re.escape(str(trouble))):
        CALLS[call](store)


def test_a_store_is_reached_anew_after_its_trouble(store: ArtifactStore) -> None:
    before = Flaky.connections
    assert store.names("exp") == ["1"]
    assert Flaky.connections == before, "a store without trouble is connected once"
    Flaky.trouble = EOFError("the channel was closed")
    with pytest.raises(OSError, match="EOFError: the channel was closed"):
        store.names("exp")
    Flaky.trouble = None
    assert store.names("exp") == ["1"]
    assert Flaky.connections == before + 1


def test_a_store_that_is_away_at_first_is_built_all_the_same(store: ArtifactStore, tmp_path: Path) -> None:
    Flaky.trouble = Refused("no route")
    other = artifact_store(f"flaky://{tmp_path.name}")
    with pytest.raises(OSError, match="Refused: no route"):
        other.names("exp")
    Flaky.trouble = None
    assert other.names("exp") == ["1"]


def test_a_fault_of_ours_is_no_trouble_of_the_stores(store: ArtifactStore) -> None:
    def fail(_: Path) -> None:
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        store.put("exp/2", fail)


@pytest.mark.parametrize("trouble", TROUBLES, ids=repr)
def test_a_run_goes_on_without_the_checkpoint_that_a_store_refuses(store: ArtifactStore, trouble: Exception) -> None:
    written: list[Mapping[str, CheckpointRef]] = []
    keeper = CheckpointWriter(store, 1)
    Flaky.trouble = trouble
    keeper.submit({"exp_1": KEPT}, written.append)
    keeper.close()
    assert written == [{}]


@pytest.mark.parametrize("trouble", TROUBLES, ids=repr)
def test_a_run_waits_for_a_store_that_cannot_be_read(store: ArtifactStore, trouble: Exception) -> None:
    saved = kept(store, 2)
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2 * MAX_TRIES:
            Flaky.trouble = None

    Flaky.trouble = trouble
    found = restore(store, [saved], KEPT.layout, lambda _, __: None, sleep)
    assert found is not None
    assert (found[0], len(pauses)) == (saved, 2 * MAX_TRIES)
