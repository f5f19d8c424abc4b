"""Artifacts in a folder, in memory and in S3: each is complete and unchanged, or it does not exist."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import fsspec
import pytest

from hub.artifacts.local_copies import LocalCopies
from hub.artifacts.manifest import MANIFEST, Damaged, Receipt
from hub.artifacts.store import ArtifactStore, artifact_store
from tests.servers.s3 import BUCKET, running_s3

ROOT = Path(__file__).parents[3]
WEIGHTS = os.urandom(100_000)


@pytest.fixture(scope="module")
def s3() -> Iterator[dict[str, str]]:
    """The environment variables for a local S3 server."""
    with running_s3() as env:
        yield env


@pytest.fixture(params=["folder", "memory", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty store."""
    match request.param:
        case "folder":
            return str(tmp_path / "some" / "folder")
        case "memory":
            return f"memory://{tmp_path}"
        case _:
            for name, value in request.getfixturevalue("s3").items():
                monkeypatch.setenv(name, value)
            return f"s3://{BUCKET}/{tmp_path.name}"


@pytest.fixture
def store(url: str) -> ArtifactStore:
    return artifact_store(url)


def fill(folder: Path) -> None:
    (folder / "weights").write_bytes(WEIGHTS)
    (folder / "facts.json").write_text("{}")


def test_what_was_put_is_what_is_opened(store: ArtifactStore) -> None:
    receipt = store.put("exp/1-2", fill)
    assert receipt.size == len(WEIGHTS) + 2
    with store.open("exp/1-2", receipt.digest) as folder:
        assert (folder / "weights").read_bytes() == WEIGHTS
        assert {path.name for path in folder.iterdir()} == {"weights", "facts.json", MANIFEST}


def test_readers_share_a_verified_folder_of_their_machine(store: ArtifactStore, tmp_path: Path) -> None:
    receipt = store.put("exp/1", fill)
    copies, others = (LocalCopies(store, tmp_path / "copies") for _ in range(2))  # as of two processes
    with copies.opened("exp/1", receipt.digest) as folder, others.opened("exp/1", receipt.digest) as same:
        assert folder == same
        assert (folder / "weights").read_bytes() == WEIGHTS
    with pytest.raises(Damaged, match=MANIFEST), copies.opened("exp/1", "0" * 64):
        pass
    store.fetch("exp/1", receipt.digest, tmp_path)
    assert (tmp_path / "weights").read_bytes() == WEIGHTS


def test_equal_files_have_equal_digests(store: ArtifactStore) -> None:
    assert store.put("exp/1", fill) == store.put("exp/2", fill)


def test_a_folder_lists_its_artifacts_and_goes_with_them(store: ArtifactStore) -> None:
    for key in ("a/1", "a/2", "b/1"):
        store.put(key, fill)
    assert store.names("a") == ["1", "2"]
    store.delete("a/1")
    assert store.names("a") == ["2"]
    store.delete("a")
    assert store.names("a") == store.names("c") == []
    assert store.names("b") == ["1"]
    store.delete("a")


def test_another_artifact_under_the_key_is_refused(store: ArtifactStore) -> None:
    receipt = store.put("exp/1", fill)
    with pytest.raises(Damaged, match=MANIFEST), store.open("exp/1", "0" * len(receipt.digest)):
        pass


def test_what_fails_while_it_is_written_leaves_nothing(store: ArtifactStore) -> None:
    def fail(folder: Path) -> None:
        fill(folder)
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        store.put("exp/1", fail)
    assert store.names("exp") == []


def test_a_writer_that_is_killed_leaves_nothing_that_counts(tmp_path: Path) -> None:
    """The writer ends while it writes, as in a power cut: the artifact does not exist, and the next writer is not
    hindered."""
    script = """
import os, signal, sys
from pathlib import Path
from hub.artifacts.store import artifact_store
def fill(folder):
    (folder / "weights").write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
artifact_store(sys.argv[1]).put("exp/1", fill)
"""
    killed = subprocess.run([sys.executable, "-c", script, tmp_path], cwd=ROOT, check=False)
    assert killed.returncode == -9
    store = artifact_store(str(tmp_path))
    with pytest.raises(Damaged, match="missing"), store.open("exp/1", ""):
        pass
    receipt = store.put("exp/1", fill)
    assert store.names("exp") == ["1"]
    with store.open("exp/1", receipt.digest):
        pass


def change(url: str, key: str, name: str, damage: Callable[[bytes], bytes | None]) -> None:
    """Damage a stored file, as a bad disk does."""
    path = f"{url if '://' in url else 'file://' + url}/{key}/{name}"
    with fsspec.open(path, "rb") as file:
        changed = damage(file.read())
    files, plain = fsspec.core.url_to_fs(path)
    if changed is None:
        files.rm(plain)
        return
    with fsspec.open(path, "wb") as file:
        file.write(changed)


def flip(content: bytes) -> bytes:
    """The content with one bit in the middle changed."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


DAMAGES: dict[str, Callable[[bytes], bytes | None]] = {
    "missing": lambda content: None,
    "empty": lambda content: b"",
    "cut off": lambda content: content[:-1],
    "longer": lambda content: content + b"\0",
    "bit flipped": flip,
    "zeros": lambda content: bytes(len(content)),
}


@pytest.mark.parametrize("url", ["folder", "memory"], indirect=True)
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", ["weights", "facts.json", MANIFEST])
def test_damage_is_found_and_the_file_named(store: ArtifactStore, url: str, name: str, damage: str) -> None:
    receipt: Receipt = store.put("exp/1", fill)
    change(url, "exp/1", name, DAMAGES[damage])
    with pytest.raises(Damaged, match=name), store.open("exp/1", receipt.digest):
        pass


@pytest.mark.parametrize("url", ["s3"], indirect=True)
def test_damage_in_s3_is_found_too(store: ArtifactStore, url: str) -> None:
    receipt = store.put("exp/1", fill)
    change(url, "exp/1", "weights", flip)
    with pytest.raises(Damaged, match="weights"), store.open("exp/1", receipt.digest):
        pass


def test_a_store_that_is_away_is_an_os_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    store = artifact_store("s3://bucket/away")
    with pytest.raises(OSError, match="unreachable"):
        store.names("exp")
