"""The data folder: what lies where, who holds it, and how clients get in."""

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

_LONG_LOG = 10_000_000
_LOOKS = 10
_LOOK_SECONDS = 0.02
"""Between two tries to take the folder: clients look whether it is held, and hold it themselves for that moment."""


class DataFolderInUse(Exception):
    """Another supervisor holds the folder."""


@dataclass(frozen=True)
class DataFolder:
    """All of it is for its owner's eyes alone."""

    path: Path

    @property
    def valkey(self) -> Path:
        return self.path / "valkey"

    @property
    def database_url(self) -> str:
        return sqlite_url(self.path / "gradus.db")

    @property
    def running(self) -> Path:
        """A file for each part: locked by it while it lives, its pid inside."""
        return self.path / "running"

    @property
    def trainer_server(self) -> Path:
        """The socket of who forks trainers."""
        return self.path / "trainers.sock"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    def log(self, name: str) -> Path:
        """The log of a part."""
        return self.logs / f"{name}.log"

    def rotate_logs(self, longest: int = _LONG_LOG) -> None:
        """Begin anew what has grown long, and keep the one before.

        Its part may write meanwhile, and goes on at the end of the file, which is then its beginning: what it writes
        between the copy and the cut is lost.
        """
        for path in self.logs.glob("*.log"):
            if path.stat().st_size > longest:
                old = path.with_suffix(".log.1")
                shutil.copyfile(path, old)
                os.truncate(path, 0)

    def make(self) -> None:
        """Create what is not there, and close to others what was made when the folder was open to them."""
        for folder in (self.path, self.running, self.logs):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for one in (self.running, self.logs, self.path / "artifacts", *self.path.glob("gradus.db*")):
            if one.exists():
                one.chmod(one.stat().st_mode & 0o700)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """The folder for this process alone.

        Raises:
            Held: another process has it.
        """
        lock = os.open(self.path / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _take(lock)
            yield
        finally:
            os.close(lock)

    def access(self) -> Credentials | None:
        """What `client.json` says."""
        try:
            document = json.loads((self.path / CLIENT_FILE).read_text())
            return Credentials(document["url"], document["key"])
        except (OSError, ValueError, KeyError):  # gone or spoilt: it is written anew
            return None

    def write_access(self, access: Credentials) -> None:
        """Write `client.json`."""
        new = self.path / f"{CLIENT_FILE}.new"
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
            json.dump({"url": access.url, "key": access.key}, file)
        new.replace(self.path / CLIENT_FILE)


def _take(lock: int) -> None:
    for _ in range(_LOOKS):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOOK_SECONDS)
        else:
            return
    raise DataFolderInUse
