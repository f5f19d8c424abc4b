"""The complete files of a reading on this machine."""

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TypeVar

from gradus.wire.event import StepProgress
from hub.artifacts.manifest import Damaged
from hub.artifacts.store import ArtifactStore
from hub.datasets.objects import CONTENT
from hub.datasets.reading_claims import ClaimedFile
from reading.failure import ReadingFailed
from reading.source import SourceFile

_COPY_BYTES = 1 << 20
T = TypeVar("T")


@dataclass
class ReadingFiles:
    """Fetches files from the artifact store. Fetched files stay while `opened` is open."""

    store: ArtifactStore
    folder: Path
    """The folder for files that are joined from parts."""
    opened: ExitStack
    reached: Callable[[StepProgress], None]
    """Receives the progress; may raise an exception to abort."""
    patiently: Callable[[Callable[[], Path]], Path]
    """Calls a function, with retries while the store is unavailable."""
    sha256s: dict[str, str] = field(default_factory=dict)
    """SHA-256 of the uploads for which it was unknown, by their ids."""

    def fetched(self, file: ClaimedFile, position: int) -> SourceFile:
        """The file, fetched from the store.

        Raises:
            ReadingFailed: the content is not what was uploaded.
            OSError: the store stays unavailable, or the disk is full.
        """
        try:
            path = self._part(file.parts[0]) if len(file.parts) == 1 else self._joined(file, position)
        except Damaged as damaged:
            message = f"the stored file is damaged ({damaged}): upload it again"
            raise ReadingFailed("data_error", message, file=file.name) from damaged
        return SourceFile(path, file.name, file.split)

    def _part(self, part: tuple[str, str]) -> Path:
        return self.patiently(lambda: self.opened.enter_context(self.store.open(*part)) / CONTENT)

    def _joined(self, file: ClaimedFile, position: int) -> Path:
        """The parts of an upload, joined into one file, which is hashed meanwhile."""
        path, hashed = self.folder / f"file-{position}", hashlib.sha256()
        with path.open("wb") as whole:
            for part in file.parts:
                with ExitStack() as fetched:
                    content = self.patiently(lambda: fetched.enter_context(self.store.open(*part)) / CONTENT)  # noqa: B023
                    with content.open("rb") as piece:
                        _append(piece, whole, hashed)
                done = StepProgress(what=f"joining {file.name}", done=whole.tell(), total=file.size, unit="bytes")
                self.reached(done)
        if file.sha256 is None:
            self.sha256s[file.upload_id] = hashed.hexdigest()
        elif file.sha256 != hashed.hexdigest():
            message = f"the joined parts have SHA-256 {hashed.hexdigest()}, not {file.sha256}"
            raise ReadingFailed("data_error", message, file=file.name)
        return path


def _append(content: IO[bytes], whole: IO[bytes], digest: "hashlib._Hash") -> None:
    while chunk := content.read(_COPY_BYTES):
        digest.update(chunk)
        whole.write(chunk)
