"""A process forked by the fork server, with the interface of `subprocess.Popen`."""

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
"""Timeout for the connection, as the server may still be starting."""
HANG_SECONDS = 1.0
"""Interval at which `wait` checks whether the process still runs, in case the server hangs."""
FORK_SECONDS = 120.0
"""Timeout for the fork, as the server may still be importing torch from a cold disk."""


class ForkedProcess:
    """A process that is a child of the fork server. Its stdin and stdout are pipes.

    Raises:
        OSError: the fork server does not exist or does not work.
    """

    def __init__(self, server: str, program: str, arguments: Sequence[str], env: Mapping[str, str]) -> None:
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
            document = {"program": program, "arguments": list(arguments), "env": dict(env)}
            request = json.dumps(document).encode() + b"\n"
            sent = socket.send_fds(self._connection, [request], [reading, writing, 2])
            if sent < len(request):  # to send nothing fails, too, if the process has ended already
                self._connection.sendall(request[sent:])
            self.pid = self._read_number()
            self._connection.settimeout(None)
            unless_forked.pop_all()

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        with self._lock:
            if self._returncode is None and self._has_message(0):
                self._set_returncode(self._read_exit_code())
            return self._returncode

    def wait(self) -> int:
        """Wait for the process to end; returns its exit code."""
        while (code := self.poll()) is None:
            if not self._has_message(HANG_SECONDS) and not self._runs():  # the server hangs
                with self._lock:
                    self._set_returncode(-signal.SIGKILL)
        return code

    def kill(self) -> None:
        """Kill the process."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has just ended
                os.kill(self.pid, signal.SIGKILL)

    def _runs(self) -> bool:
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except FileNotFoundError:
            return False

    def _read_number(self) -> int:
        """Read a number on the next line. Reads single bytes, to leave the following lines in the socket."""
        line = b""
        while not line.endswith(b"\n"):
            byte = self._connection.recv(1)
            if not byte:
                raise ConnectionError("the fork server has closed the connection")
            line += byte
        return int(line)

    def _has_message(self, seconds: float) -> bool:
        """Whether the server has sent something, or another thread has already read the exit code."""
        selector = select.poll()  # unlike `select.select`, it takes file descriptors of any size
        try:
            selector.register(self._connection, select.POLLIN)
        except ValueError:  # closed by `_set_returncode`
            return True
        return bool(selector.poll(1000 * seconds))

    def _read_exit_code(self) -> int:
        """The exit code. Server and process share the connection: if it closes without an exit code, both have
        ended."""
        try:
            return self._read_number()
        except OSError:
            return -signal.SIGKILL

    def _set_returncode(self, code: int) -> None:
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
