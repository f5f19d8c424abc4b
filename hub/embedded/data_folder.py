"""The data folder: its layout, its lock, and the credentials for clients."""

import contextlib
import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gradus.client import Credentials
from gradus.data_folder import CLIENT_FILE, LOCK_FILE
from hub.settings import sqlite_url

_MAX_LOG_BYTES = 10_000_000
_LOCK_ATTEMPTS = 10
_LOCK_RETRY_SECONDS = 0.02
"""Pause between attempts to lock the folder: clients that check the lock hold it themselves for an instant."""


class DataFolderInUse(Exception):
    """Another supervisor holds the folder."""


@dataclass(frozen=True)
class DataFolder:
    """The data folder. All its contents are private to its owner."""

    path: Path

    @property
    def valkey(self) -> Path:
        return self.path / "valkey"

    @property
    def database_url(self) -> str:
        return sqlite_url(self.path / "gradus.db")

    @property
    def running(self) -> Path:
        """Folder with a file for each part. The part locks the file while it runs, and writes its pid into it."""
        return self.path / "running"

    @property
    def trainer_server(self) -> Path:
        """The socket of the fork server for trainers."""
        return self.path / "trainers.sock"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    def log(self, name: str) -> Path:
        """The log file of a part."""
        return self.logs / f"{name}.log"

    def rotate_logs(self, max_bytes: int = _MAX_LOG_BYTES) -> None:
        """Rotate logs that have grown too large, and keep one old file.

        The log is copied and then truncated, because its part has it open for appending. Lines that the part writes
        between the copy and the truncation are lost.
        """
        for path in self.logs.glob("*.log"):
            if path.stat().st_size > max_bytes:
                old = path.with_suffix(".log.1")
                shutil.copyfile(path, old)
                os.truncate(path, 0)

    def make(self) -> None:
        """Create missing folders, and remove other users' permissions from existing ones."""
        for folder in (self.path, self.running, self.logs):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in (self.running, self.logs, self.path / "artifacts", *self.path.glob("gradus.db*")):
            if path.exists():
                path.chmod(path.stat().st_mode & 0o700)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder's lock.

        Raises:
            DataFolderInUse: another process holds it.
        """
        lock = os.open(self.path / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _take(lock)
            yield
        finally:
            os.close(lock)

    def access(self) -> Credentials | None:
        """The URL and the key in `client.json`; None if it is missing or damaged."""
        try:
            document = json.loads((self.path / CLIENT_FILE).read_text())
            return Credentials(document["url"], document["key"])
        except (OSError, ValueError, KeyError):  # missing or damaged: it will be rewritten
            return None

    def write_access(self, access: Credentials) -> None:
        """Write `client.json`."""
        new = self.path / f"{CLIENT_FILE}.new"
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
            json.dump({"url": access.url, "key": access.key}, file)
        new.replace(self.path / CLIENT_FILE)


def _take(lock: int) -> None:
    for _ in range(_LOCK_ATTEMPTS):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOCK_RETRY_SECONDS)
        else:
            return
    raise DataFolderInUse
