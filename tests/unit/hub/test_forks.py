"""Copies of checkpoints for forks."""

from pathlib import Path

import pytest

from gradus.errors import Conflict
from hub.artifacts.folder import FolderStore
from hub.forks import copied
from hub.saved import Saved


class Stuck(FolderStore):
    """A folder out of which nothing can be removed."""

    def delete(self, key: str) -> None:
        raise OSError(f"{key} cannot be removed")


@pytest.mark.parametrize(("kind", "left"), [(FolderStore, []), (Stuck, ["0-1-9"])])
def test_a_fork_that_fails_says_why_whatever_becomes_of_its_copy(
    tmp_path: Path, kind: type[FolderStore], left: list[str]
) -> None:
    store = kind(tmp_path)
    receipt = store.put("exp_1/1-1-9", lambda folder: _write(folder / "weights"))
    source = Saved(key="exp_1/1-1-9", digest=receipt.digest, size=receipt.size, epoch=1, step=9, whole=True)
    with pytest.raises(Conflict, match="the reason"), copied(store, source, "exp_2"):
        _refuse(store)
    assert store.names("exp_2") == left


def _refuse(store: FolderStore) -> None:
    assert store.names("exp_2") == ["0-1-9"]
    raise Conflict("the reason")


def _write(path: Path) -> None:
    path.write_bytes(b"weights")
