"""The stored table of an uploaded data set."""

from pathlib import Path

import pytest

from hub.artifacts.folder import FolderStore
from hub.artifacts.local_copies import LocalCopies
from hub.datasets.table_ref import TableRef
from tests.tables import store
from tests.uploaded import put
from worker.data.errors import DataError
from worker.data.stored_table import stored_table
from worker.store_retry import PAUSES_SECONDS

TRIES = len(PAUSES_SECONDS) + 1

COLUMNS = {"x": [1.5, None, 3.0]}


class Unreachable(FolderStore):
    """A store on another machine, which cannot be reached for a number of attempts."""

    def __init__(self, root: Path, failures: int) -> None:
        super().__init__(root)
        self.failures = failures

    def fetch(self, key: str, digest: str, folder: Path) -> None:
        self.failures -= 1
        if self.failures >= 0:
            raise OSError("connection refused")
        super().fetch(key, digest, folder)

    def local(self, _: str) -> None:
        """None, because the files are not on this machine."""


def copies(tmp_path: Path, store: FolderStore) -> LocalCopies:
    return LocalCopies(store, tmp_path / "copies")


def stored(tmp_path: Path) -> tuple[Path, TableRef]:
    root = tmp_path / "store"
    return root, put(store(tmp_path / "t", COLUMNS), root)


@pytest.mark.parametrize("failures", [0, TRIES - 1])
def test_a_table_is_opened_once_the_store_is_available(tmp_path: Path, failures: int) -> None:
    root, ref = stored(tmp_path)
    pauses: list[float] = []
    with stored_table(copies(tmp_path, Unreachable(root, failures)), ref, "mine", print, pauses.append) as table:
        assert table.column("x").missing.tolist() == [False, True, False]
    assert len(pauses) == failures


def test_a_store_that_stays_unavailable_is_an_error(tmp_path: Path) -> None:
    root, ref = stored(tmp_path)
    with (
        pytest.raises(DataError, match="'mine' cannot be read: connection refused"),
        stored_table(copies(tmp_path, Unreachable(root, TRIES)), ref, "mine", print, lambda _: None),
    ):
        pass


def test_a_damaged_or_deleted_table_is_to_be_uploaded_again(tmp_path: Path) -> None:
    root, ref = stored(tmp_path)
    (root / ref.key / "table.parquet").write_bytes(b"")
    here = copies(tmp_path, FolderStore(root))
    for reference, says in ((ref, "is damaged"), (None, "was deleted: upload it again")):
        with pytest.raises(DataError, match=says), stored_table(here, reference, "mine", print):
            pass
