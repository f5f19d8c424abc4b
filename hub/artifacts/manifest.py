"""The manifest of an artifact: SHA-256 and size of every file. Its own digest thus verifies the whole artifact."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

MANIFEST = "manifest.json"


class Damaged(Exception):
    """An artifact is damaged: a file is missing, truncated or changed."""


@dataclass(frozen=True)
class Receipt:
    """The digest and the size of a stored artifact."""

    digest: str
    """SHA-256 of the manifest."""
    size: int
    """Total size of all files in bytes."""


class Facts(TypedDict):
    """The entry of a file in the manifest."""

    sha256: str
    size: int


def seal(folder: Path) -> Receipt:
    """Write the manifest for the files in a folder."""
    files = {path.name: _facts(path) for path in sorted(folder.iterdir()) if path.name != MANIFEST}
    document = json.dumps({"files": files}, indent=1).encode()
    (folder / MANIFEST).write_bytes(document)
    return Receipt(hashlib.sha256(document).hexdigest(), sum(file["size"] for file in files.values()))


def verify(folder: Path, digest: str) -> None:
    """Verify all files in a folder against the manifest with this digest.

    Raises:
        Damaged: a file or the manifest is missing or has changed.
    """
    for name, facts in _read(folder / MANIFEST, digest).items():
        path = folder / name
        if not path.is_file():
            raise Damaged(f"{name} is missing")
        if (size := path.stat().st_size) != facts["size"]:
            raise Damaged(f"{name} has {size} bytes instead of {facts['size']}")
        if _facts(path) != facts:
            raise Damaged(f"{name} has changed: its SHA-256 differs")


def _read(path: Path, digest: str) -> dict[str, Facts]:
    if not path.is_file():
        raise Damaged(f"{MANIFEST} is missing")
    document = path.read_bytes()
    if hashlib.sha256(document).hexdigest() != digest:
        raise Damaged(f"{MANIFEST} has changed: its SHA-256 differs")
    files: dict[str, Facts] = json.loads(document)["files"]
    return files


def _facts(path: Path) -> Facts:
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "size": path.stat().st_size}
