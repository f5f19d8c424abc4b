"""The server's process: started, adopted, stopped."""

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
"""Reading back a long append-only file takes its time."""


class ValkeyServer:
    """Starts, adopts and stops the server of one folder, which it makes its owner's alone.

    The server outlives a parent that is killed: the next `start` adopts it. It keeps its socket and password over
    restarts, so that clients find it again. What is adopted, told the password or ended holds the folder's lock, and so
    was started here.
    """

    def __init__(self, folder: Path, stop_seconds: float = 10.0) -> None:
        self.folder = folder.absolute()
        self._stop_seconds = stop_seconds
        self._lock = Lock(self.folder)
        self._access: ValkeyAddress | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """`unix://` address with the password in it."""
        assert self._access is not None, "start() first"
        return self._access.url

    @property
    def pid(self) -> int | None:
        """The server's process; None if none answers."""
        return self._lock.holder() if self.alive() else None

    def alive(self) -> bool:
        """Whether the server answers now."""
        return self._access is not None and self._lock.holder() is not None and self._access.answers()

    def find(self) -> bool:
        """Adopts the server that is there, once it answers; whether there is one."""
        self._access = read_access(self._config)
        return self._access is not None and self._adopts(self._access)

    def start(self) -> None:
        """Starts the server, or adopts the one that is left from before; returns when it answers."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(PermissionError):  # a file system without modes: the socket goes elsewhere
            self.folder.chmod(0o700)
        if self.find():
            return
        with self._lock.taken(self._stop_seconds) as lock:
            before = self._access
            socket = place(self.folder, before.socket if before else None)
            self._access = ValkeyAddress(socket, before.password if before else secrets.token_hex(32))
            if not self._launch(self._access, lock):
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

    def _adopts(self, access: ValkeyAddress) -> bool:
        """Whether a server of ours is there; only such a one is told the password."""
        if self._lock.holder() is None or not is_private(access.socket.parent):
            return False
        deadline = time.monotonic() + START_SECONDS
        while access.loading() and time.monotonic() < deadline:
            time.sleep(0.05)
        return access.answers()

    def _launch(self, access: ValkeyAddress, lock: int) -> bool:
        """Whether a server with this access came up."""
        write(self._config, access)
        if self._process is not None:
            self._process.poll()  # one that was killed leaves its name in the process table until it is asked for
        access.socket.unlink(missing_ok=True)  # whatever is left there would be told the password
        with self.log.open("ab") as log, self._config.open("rb") as config:
            self._process = subprocess.Popen(  # noqa: S603
                [find_executable(), "-"],  # a path would be a pattern: of one without a match nothing is read
                stdin=config,
                stdout=log,
                stderr=log,
                pass_fds=[lock],
                start_new_session=True,  # a Ctrl-C is for the parent, which stops the server last
            )
        self._lock.give(lock, self._process.pid)
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
        """It is nobody's child here: it is gone when it has let go of the lock."""
        deadline = time.monotonic() + self._stop_seconds
        self._lock.signal(how)
        while self._lock.holder() is not None:
            if time.monotonic() > deadline:
                self._lock.signal(signal.SIGKILL)
            time.sleep(0.02)

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return " / ".join(lines[-3:]) or "it left no message"
