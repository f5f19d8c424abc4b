"""Services, APIs and workers forked from a process that has already imported them, as `gradus up` does it.

Each `python -m api`, `worker` or `hub.embedded` takes two CPU seconds to import what it needs, and tests start many.
A forked one runs the same module with the same arguments and environment. Tests of command lines start new Pythons.
"""

import atexit
import json
import os
import runpy
import select
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, NamedTuple

from hub.embedded.forked import ForkedProcess, can_fork

ROOT = Path(__file__).parents[2]
MODULES = frozenset({"api", "worker", "hub.embedded"})
_IMPORTED = ("api.main", "worker.worker_process", "worker.slot", "hub.embedded.supervisor")
_CONNECT_SECONDS = 180.0
FOR_ALL = "TESTS_WARM_SERVER"
"""Variable with the socket of the one for all processes of `pytest -n`."""


class WarmProcess:
    """A forked process, with the interface of `subprocess.Popen`."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._answers = connection.makefile()
        self.pid = int(self._answers.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        if self.returncode is None and select.select([self._connection], [], [], 0)[0]:
            self._end()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; returns the exit code.

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
        """Send a signal, if it still runs."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has just ended
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def _end(self) -> None:
        answer = self._answers.readline()
        self._answers.close()
        self._connection.close()
        assert answer, "the process that forks has ended"
        self.returncode = int(answer)


class Warm:
    """The process that forks, from when first asked to the end of this process; or one that is there for a whole run
    of tests."""

    def __init__(self, for_all: str | None = None) -> None:
        """for_all: the socket of that one."""
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="gradus-")
        self._socket = Path(for_all or f"{self._folder.name}/warm.sock")
        self._for_all = for_all is not None

    def start(self, command: Sequence[str], env: Mapping[str, str], log: BinaryIO) -> WarmProcess:
        """Fork a process that runs a module as `python -m` would, and prints to the log."""
        connection = self._connected()
        request = json.dumps({"command": list(command), "env": dict(env)}).encode() + b"\n"
        sent = socket.send_fds(connection, [request], [log.fileno()])
        if sent < len(request):
            connection.sendall(request[sent:])
        return WarmProcess(connection)

    def _connected(self) -> socket.socket:
        if self._process is None and not self._for_all:
            self._process = started(self._socket)
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
        """End the process that forks, and what still runs of it."""
        if self._process is not None:
            self._process.communicate()
            self._process = None
        self._folder.cleanup()


def started(path: Path) -> "subprocess.Popen[bytes]":
    """The process that forks: in a session of its own, as Ctrl-C is for the tests, which then end their servers."""
    program = [sys.executable, "-m", "tests.servers.warm", str(path)]
    return subprocess.Popen(program, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True)


class _Child(NamedTuple):
    process: ForkedProcess
    connection: socket.socket


class Server:
    """Forks processes on request, and reports their exit codes to the requesters."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._children: list[_Child] = []

    def serve(self) -> None:
        """Handle requests until stdin is closed."""
        ended, wake = socket.socketpair()
        for end in (ended, wake):
            end.settimeout(0)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        with selectors.DefaultSelector() as selector:
            for file in (0, self._listener, ended):
                selector.register(file, selectors.EVENT_READ)
            while 0 not in (ready := {key.fd for key, _ in selector.select()}):
                if ended.fileno() in ready:
                    ended.recv(4096)
                    self._report()
                if self._listener.fileno() in ready:
                    self._fork(self._listener.accept()[0])
        for child in self._children:
            with suppress(ProcessLookupError):
                os.killpg(child.process.pid, signal.SIGKILL)

    def _fork(self, connection: socket.socket) -> None:
        text, logs, _, _ = socket.recv_fds(connection, 65536, 1)
        with suppress(ConnectionResetError):
            while not text.endswith(b"\n") and (more := connection.recv(65536)):
                text += more
        if not text.endswith(b"\n"):  # the requester was killed
            for log in logs:
                os.close(log)
            connection.close()
            return
        request = json.loads(text)
        assert can_fork(), "a module has started a thread when it was imported"
        with os.fdopen(logs[0], "ab") as file:
            process = ForkedProcess(partial(_run, request["command"]), file, request["env"], ROOT)
        self._children.append(_Child(process, connection))
        with suppress(OSError):  # the requester was killed
            connection.sendall(b"%d\n" % process.pid)

    def _report(self) -> None:
        for child in tuple(self._children):
            if (code := child.process.poll()) is not None:
                self._children.remove(child)
                with suppress(OSError):  # nobody waits for it any more
                    child.connection.sendall(b"%d\n" % code)
                child.connection.close()


def _run(command: Sequence[str]) -> None:
    """Be `python -m` of this command."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    sys.argv = list(command)
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)


def main() -> None:
    """Listen; import when the first process is wanted; then fork."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen()
        if 0 not in select.select([0, listener.fileno()], [], [])[0]:
            for module in _IMPORTED:
                import_module(module)
            Server(listener).serve()


if __name__ == "__main__":
    main()
