"""A trainer that a fork server made, with what `subprocess.Popen` has."""

import json
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

CONNECT_SECONDS = 5.0
"""For a server that is just being started."""
HANG_SECONDS = 1.0
"""After which a server that tells no exit code is not waited for."""
FORK_SECONDS = 120.0
"""For one that imports torch from a cold disk."""


class ForkedProcess:
    """The process, which is a child of the server's. Its streams are pipes.

    Raises:
        OSError: there is no server, or none that works.
    """

    def __init__(self, server: str, arguments: Sequence[str], env: Mapping[str, str]) -> None:
        self._lock = threading.Lock()
        self._returncode: int | None = None
        with ExitStack() as unless_forked, ExitStack() as theirs:
            reading, stdin = os.pipe()
            stdout, writing = os.pipe()
            for end in (reading, writing):
                theirs.callback(os.close, end)
            self.stdin = unless_forked.enter_context(os.fdopen(stdin, "wb"))
            self.stdout = unless_forked.enter_context(os.fdopen(stdout, "rb"))
            self._connection = unless_forked.enter_context(_connected(server))
            request = json.dumps({"arguments": list(arguments), "env": dict(env)}).encode() + b"\n"
            sent = socket.send_fds(self._connection, [request], [reading, writing, 2])
            self._connection.sendall(request[sent:])
            self.pid = self._number()
            self._connection.settimeout(None)
            unless_forked.pop_all()

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        with self._lock:
            if self._returncode is None and self._heard(0):
                self._over(self._last_word())
            return self._returncode

    def wait(self) -> int:
        """The exit code, once it has ended."""
        while (code := self.poll()) is None:
            if not self._heard(HANG_SECONDS) and not self._runs():  # the server hangs
                with self._lock:
                    self._over(-signal.SIGKILL)
        return code

    def kill(self) -> None:
        """End it now."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it ended in this very moment
                os.kill(self.pid, signal.SIGKILL)

    def _runs(self) -> bool:
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except FileNotFoundError:
            return False

    def _number(self) -> int:
        """The next line; bytes one by one, for the lines that follow are for later."""
        line = b""
        while not line.endswith(b"\n"):
            byte = self._connection.recv(1)
            if not byte:
                raise ConnectionError("the fork server is gone")
            line += byte
        return int(line)

    def _heard(self, seconds: float) -> bool:
        """Whether the server says something, or another thread has heard it."""
        try:
            return bool(select.select([self._connection], [], [], seconds)[0])
        except ValueError:
            return True

    def _last_word(self) -> int:
        """Server and trainer both held the connection: if it closes without a word, both are gone."""
        try:
            return self._number()
        except OSError:
            return -signal.SIGKILL

    def _over(self, code: int) -> None:
        if self._returncode is None:
            self._returncode = code
            self._connection.close()


def _connected(server: str) -> socket.socket:
    deadline = time.monotonic() + CONNECT_SECONDS
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(server)
        except OSError:
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            connection.settimeout(FORK_SECONDS)
            return connection
