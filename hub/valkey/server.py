"""The server's process: start, adopt, stop."""

import contextlib
import secrets
import signal
import subprocess
import time
from pathlib import Path
from typing import Self

from gradus.errors import Unavailable
from hub.valkey.config import read_access, write
from hub.valkey.connection import ValkeyAddress
from hub.valkey.executable import find_executable
from hub.valkey.lock import Lock
from hub.valkey.socket_path import is_private, place

START_SECONDS = 60.0
"""Startup timeout: loading a long append-only file takes time."""


class ValkeyServer:
    """Starts, adopts and stops the server of one folder, which it makes private to its owner.

    The server survives a killed parent, and the next `start` adopts it. Socket and password stay the same over
    restarts, so that clients can reconnect. Only a process that holds the folder's lock, and was thus started by this
    class, is adopted, gets the password or is killed.
    """

    def __init__(self, folder: Path, stop_seconds: float = 10.0) -> None:
        self.folder = folder.absolute()
        self._stop_seconds = stop_seconds
        self._lock = Lock(self.folder)
        self._access: ValkeyAddress | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The `unix://` URL, with the password."""
        assert self._access is not None, "start() first"
        return self._access.url

    @property
    def pid(self) -> int | None:
        """The server's pid; None if no server answers."""
        return self._lock.holder() if self.alive() else None

    def alive(self) -> bool:
        """Whether the server answers now."""
        return self._access is not None and self._lock.holder() is not None and self._access.answers()

    def find(self) -> bool:
        """Adopt a running server, once it answers. Returns whether there is one."""
        self._access = read_access(self._config)
        return self._access is not None and self._can_adopt(self._access)

    def start(self) -> None:
        """Start the server, or adopt a running one. Returns when it answers."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(PermissionError):  # a file system without modes: the socket is placed elsewhere
            self.folder.chmod(0o700)
        if self.find():
            return
        if self._process is not None:
            self.kill()  # our own child cannot be reached any more: its folder was deleted, and the lock with it
        with self._lock.taken(self._stop_seconds) as lock:
            previous = self._access
            socket = place(self.folder, previous.socket if previous else None)
            self._access = ValkeyAddress(socket, previous.password if previous else secrets.token_hex(32))
            if not self._launch(self._access, lock):
                raise Unavailable(f"Valkey failed to start: {self._last_log_lines()}")

    def stop(self) -> None:
        """Stop the server after it has written all data. Does nothing if it is not running."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the server, as a power failure would."""
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
        """The server's log file."""
        return self.folder / "valkey.log"

    def _can_adopt(self, access: ValkeyAddress) -> bool:
        """Whether our own server is running. Only a server that holds the lock gets the password."""
        if self._lock.holder() is None or not is_private(access.socket.parent):
            return False
        deadline = time.monotonic() + START_SECONDS
        while access.loading() and time.monotonic() < deadline:
            time.sleep(0.05)
        return access.answers()

    def _launch(self, access: ValkeyAddress, lock: int) -> bool:
        """Start a server with this address and password. Returns whether it answers."""
        write(self._config, access)
        if self._process is not None:
            self._process.poll()  # reap a killed server, which would otherwise stay a zombie
        access.socket.unlink(missing_ok=True)  # another process listening there would get the password
        with self.log.open("ab") as log, self._config.open("rb") as config:
            self._process = subprocess.Popen(  # noqa: S603
                [find_executable(), "-"],  # "-" reads stdin; a path would be a glob pattern, and might match nothing
                stdin=config,
                stdout=log,
                stderr=log,
                pass_fds=[lock],
                start_new_session=True,  # only the parent gets a Ctrl-C, and stops the server last
            )
        self._lock.record_holder(lock, self._process.pid)
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            if access.answers():
                return True
            time.sleep(0.01)
        self.kill()
        return False

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._end_child(self._process, how)
            self._process = None
        else:
            self._end_adopted(how)

    def _end_child(self, process: subprocess.Popen[bytes], how: signal.Signals) -> None:
        process.send_signal(how)
        try:
            process.wait(self._stop_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _end_adopted(self, how: signal.Signals) -> None:
        """End a server that is not our child process: it has ended when it has released the lock."""
        deadline = time.monotonic() + self._stop_seconds
        self._lock.signal(how)
        while self._lock.holder() is not None:
            if time.monotonic() > deadline:
                self._lock.signal(signal.SIGKILL)
            time.sleep(0.02)

    def _last_log_lines(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return " / ".join(lines[-3:]) or "no message"
