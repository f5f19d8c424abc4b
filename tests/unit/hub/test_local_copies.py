"""Artifacts copied into folders of this machine."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hub.artifacts import local_copies
from hub.artifacts.local_copies import LocalCopies
from hub.artifacts.manifest import MANIFEST, Damaged
from hub.artifacts.store import artifact_store


def table(content: bytes) -> Callable[[Path], None]:
    def fill(folder: Path) -> None:
        (folder / "table").write_bytes(content)

    return fill


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_copies_of_an_object_store_are_bounded_and_stay_while_they_are_used(tmp_path: Path) -> None:
    store = artifact_store(f"memory://{tmp_path.name}")
    first, second = store.put("a/1", table(b"rows")), store.put("b/1", table(b"other"))
    copies = LocalCopies(store, tmp_path, max_bytes=1)
    with copies.opened("a/1", first.digest) as folder:
        store.delete("a")
        with copies.opened("b/1", second.digest) as other:
            assert names(tmp_path) == sorted([first.digest, second.digest])
            assert (other / "table").read_bytes() == b"other"
        assert sorted(path.name for path in folder.iterdir()) == [MANIFEST, "table"]
    third = store.put("c/1", table(b"third"))
    with copies.opened("c/1", third.digest):
        assert names(tmp_path) == [third.digest]
    with pytest.raises(Damaged, match="is missing"), copies.opened("a/1", first.digest):
        pass


def test_what_an_object_store_has_damaged_is_never_a_copy(tmp_path: Path) -> None:
    store = artifact_store(f"memory://{tmp_path.name}")
    store.put("a/1", table(b"rows"))
    with pytest.raises(Damaged, match="manifest"), LocalCopies(store, tmp_path).opened("a/1", "0" * 64):
        pass
    assert names(tmp_path) == []


def test_an_artifact_of_a_local_store_is_verified_once_and_not_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = artifact_store(str(tmp_path / "store"))
    receipt = store.put("a/1", table(b"rows"))
    verified: list[Path] = []
    monkeypatch.setattr(local_copies, "verify", lambda folder, _: verified.append(folder))
    copies = LocalCopies(store, tmp_path / "copies")
    for _ in range(2):
        with copies.opened("a/1", receipt.digest) as folder:
            assert folder == tmp_path / "store" / "a" / "1"
    assert verified == [tmp_path / "store" / "a" / "1"]
    store.delete("a")
    with pytest.raises(Damaged, match="is missing"), copies.opened("a/1", receipt.digest):
        pass
    assert not (tmp_path / "copies").exists()
