"""Services, APIs and workers forked from a process that has already imported them, as `gradus up` does it.

Each `python -m api`, `worker` or `hub.embedded` takes two CPU seconds to import what it needs, and tests start many. A
forked process runs the same module with the same arguments and environment. Tests of command lines start new Python
processes.
"""

import atexit
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from hub.embedded.forked import ForkedProcess
from tests.servers.forks import Server, forget_children, listen

ROOT = Path(__file__).parents[2]
MODULES = frozenset({"api", "api.keys", "hub.embedded", "hub.migrate", "worker"})
_IMPORTED = ("api.main", "worker.worker_process", "worker.slot", "hub.embedded.supervisor")
_CONNECT_SECONDS = 180.0
FOR_ALL = "TESTS_WARM_SERVER"
"""Name of the variable with the socket of the process that forks for all processes of `pytest -n`."""


class WarmProcess:
    """A forked process, with the interface of `subprocess.Popen`."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._answers = connection.makefile()
        self.pid = int(self._answers.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, which is negative if a signal ended the process; None while it runs."""
        if self.returncode is None and select.select([self._connection], [], [], 0)[0]:
            self._end()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end of the process; returns the exit code.

        Raises:
            subprocess.TimeoutExpired: it still runs after `timeout` seconds.
        """
        if self.returncode is None:
            if not select.select([self._connection], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            self._end()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, if the process still runs."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has just ended
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End the process at once."""
        self.send_signal(signal.SIGKILL)

    def _end(self) -> None:
        answer = self._answers.readline()
        self._answers.close()
        self._connection.close()
        assert answer, "the process that forks has ended"
        self.returncode = int(answer)


class Warm:
    """Sends requests to a process that forks. It is started at the first request and ends with this process, or it is
    the one that a whole test run shares."""

    def __init__(
        self, for_all: str | None = None, starter: "Callable[[Path], subprocess.Popen[bytes]] | None" = None
    ) -> None:
        """`for_all` is the socket of the shared process that forks. Without it, `starter` starts a process that will
        listen on the socket that it is given."""
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = None if for_all else tempfile.TemporaryDirectory(prefix="gradus-")
        self._socket = Path(for_all or "") if self._folder is None else Path(self._folder.name) / "warm.sock"
        self._starter = starter or started
        self._lock = threading.Lock()

    def start(self, command: Sequence[str], env: Mapping[str, str], log: BinaryIO, folder: Path = ROOT) -> WarmProcess:
        """Fork a process that runs a module in this folder, as `python -m` would. Its output goes to the log."""
        request = {"command": list(command), "env": dict(env), "folder": str(folder)}
        return WarmProcess(self.ask(request, [log.fileno()]))

    def ask(self, request: Mapping[str, Any], files: Sequence[int]) -> socket.socket:
        """Send a request and files; returns the connection on which the responses arrive."""
        connection = self._connected()
        text = json.dumps(request).encode() + b"\n"
        sent = socket.send_fds(connection, [text], files)
        if sent < len(text):
            connection.sendall(text[sent:])
        return connection

    def _connected(self) -> socket.socket:
        with self._lock:
            if self._process is None and self._folder is not None:
                self._process = self._starter(self._socket)
                atexit.register(self.stop)
        deadline = time.monotonic() + _CONNECT_SECONDS
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(self._socket))
            except OSError:
                connection.close()
                if self._process is not None:
                    assert self._process.poll() is None, f"it ended with exit code {self._process.returncode}"
                assert time.monotonic() < deadline, "the process that forks does not answer"
                time.sleep(0.02)
            else:
                return connection

    def stop(self) -> None:
        """End the process that forks, and all processes that it has forked."""
        if self._process is not None:
            self._process.communicate()
            self._process = None
        if self._folder is not None:
            self._folder.cleanup()


def started(path: Path) -> "subprocess.Popen[bytes]":
    """Start the process that forks. It has its own session, so that Ctrl-C reaches only the tests, which then end
    it."""
    program = [sys.executable, "-m", "tests.servers.warm", str(path)]
    return subprocess.Popen(program, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True)


def _forked(request: dict[str, Any], files: list[int]) -> ForkedProcess:
    with os.fdopen(os.dup(files[0]), "ab") as log:
        return ForkedProcess(partial(_run, request["command"]), log, request["env"], Path(request["folder"]))


def _run(command: Sequence[str]) -> None:
    """Do what `python -m` does with this command."""
    forget_children()
    sys.argv = list(command)
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)


def _import() -> None:
    for module in _IMPORTED:
        import_module(module)
    for forked in ("readers", "trainer_servers"):
        import_module(f"tests.servers.{forked}").fork_for_services()


def main() -> None:
    """Import what services, APIs and workers need, and fork them."""
    listen(_import, lambda listener: Server(listener, _forked).serve())


if __name__ == "__main__":
    main()
