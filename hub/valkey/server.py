"""The server's process: started, adopted, stopped."""

import contextlib
import fcntl
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from gradus.errors import Unavailable
from hub.valkey.access import Access
from hub.valkey.config import read_access, write
from hub.valkey.executable import find_executable

START_SECONDS = 60.0
"""Reading back a long append-only file takes its time."""


class ValkeyServer:
    """Starts, adopts and stops the server of one folder.

    The server outlives a parent that is killed: the next `start` adopts it. It keeps its port and password over
    restarts, so that clients find it again, unless another program has taken the port meanwhile.
    """

    def __init__(self, folder: Path, stop_seconds: float = 10.0) -> None:
        self.folder = folder.absolute()
        self._stop_seconds = stop_seconds
        self._access: Access | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """`redis://` address with the password in it."""
        assert self._access is not None, "start() first"
        return self._access.url

    @property
    def pid(self) -> int | None:
        """The server's process; None if none answers."""
        if self._process is not None and self._process.poll() is None:
            return self._process.pid
        return self._access.answering_pid() if self._access else None

    def alive(self) -> bool:
        """Whether the server answers now."""
        return self._access is not None and self._access.answering_pid() is not None

    def start(self) -> None:
        """Starts the server, or adopts the one that is left from before; returns when it answers."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._access = read_access(self._config)
        if self._access is not None and self._adopts(self._access):
            return
        with self._lock() as lock:
            for _ in range(5):  # a free port can be taken between looking and binding
                self._access = self._access or Access(_free_port(), secrets.token_hex(32))
                if self._launch(self._access, lock):
                    return
                self._access = Access(_free_port(), self._access.password)
        raise Unavailable(f"Valkey does not start: {self._last_words()}")

    def stop(self) -> None:
        """Ends the server after it has written everything; harmless when it is not running."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends the server as a power cut would."""
        self._end(signal.SIGKILL)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def _config(self) -> Path:
        return self.folder / "valkey.conf"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "valkey.log"

    def _adopts(self, access: Access) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while access.loading() and time.monotonic() < deadline:
            time.sleep(0.05)
        return access.answering_pid() is not None

    @contextlib.contextmanager
    def _lock(self) -> Iterator[int]:
        """The folder's lock. The server inherits it: two servers on one append-only file would spoil it."""
        lock = os.open(self.folder / "valkey.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._take(lock)
            yield lock
        finally:
            os.close(lock)

    def _take(self, lock: int) -> None:
        deadline = time.monotonic() + self._stop_seconds  # the last server may be on its way out
        while True:
            try:
                return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Unavailable(
                        f"a Valkey server that does not answer holds {self.folder}: end its process first"
                    ) from None
            time.sleep(0.02)

    def _launch(self, access: Access, lock: int) -> bool:
        """Whether a server with this access came up."""
        write(self._config, access)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [find_executable(), self._config],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[lock],
                start_new_session=True,  # a Ctrl-C is for the parent, which stops the server last
            )
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            if access.answering_pid() == self._process.pid:
                return True
            time.sleep(0.01)
        self.kill()
        return False

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._end_child(self._process, how)
            self._process = None
        elif self._access is not None and (pid := self._access.answering_pid()) is not None:
            os.kill(pid, how)
            self._wait_until_deaf(pid)

    def _end_child(self, process: subprocess.Popen[bytes], how: signal.Signals) -> None:
        process.send_signal(how)
        try:
            process.wait(self._stop_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _wait_until_deaf(self, pid: int) -> None:
        """An adopted server is nobody's child here: it is gone when its port, which it closes last, is."""
        deadline = time.monotonic() + self._stop_seconds
        while self.alive():
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return " / ".join(lines[-3:]) or "it left no message"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
