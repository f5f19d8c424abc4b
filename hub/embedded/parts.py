"""The parts of the service: processes that the supervisor starts, checks and stops."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, Protocol

from hub.embedded.data_folder import DataFolder
from hub.embedded.forked import ForkedProcess, can_fork
from hub.embedded.run_part import UNWATCHED, run_part
from hub.signals import signal_name
from hub.valkey import ValkeyServer

ROOT = Path(__file__).parent.parent.parent


class Part(Protocol):
    """A process that the supervisor keeps running."""

    name: str
    log: Path
    """The part's log file."""

    def start(self) -> None: ...

    def alive(self) -> bool: ...

    def terminate(self) -> None: ...

    def end(self, seconds: float) -> None:
        """Wait until the process has ended; kill it after `seconds`."""

    def exit_reason(self) -> str:
        """Why the process ended."""


class ModulePart:
    """A part that runs a Python module in its own process: forked if this process can fork, else a new Python."""

    def __init__(
        self, name: str, folder: DataFolder, command: Sequence[str], env: Mapping[str, str], *, alone: bool = False
    ) -> None:
        """With `alone`, the module is never forked from this process, and must have a single thread. So it must watch
        its standard input itself, and end when that closes; see `run_part`."""
        self._alone = alone
        self.name = name
        self.log = folder.logs / f"{name}.log"
        self._folder = folder
        self._command = command
        self._env = env
        self._process: ForkedProcess | subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The pid of the process."""
        assert self._process is not None, "start() first"
        return self._process.pid

    def start(self) -> None:
        with self._folder.log(self.name).open("ab") as log:
            self._process = self._forked(log) if not self._alone and can_fork() else self._spawned(log)

    def _forked(self, log: BinaryIO) -> ForkedProcess:
        module, *arguments = self._command
        run = partial(run_part, str(self._file), module, arguments)
        return ForkedProcess(run, log, self._environment(), ROOT)

    def _spawned(self, log: BinaryIO) -> "subprocess.Popen[bytes]":
        options = [UNWATCHED] if self._alone else []
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "hub.embedded.run_part", *options, self._file, *self._command],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=ROOT,
            env=self._environment(),
            start_new_session=True,  # only the supervisor gets a Ctrl-C, and stops its parts in order
        )

    @property
    def _file(self) -> Path:
        return self._folder.running / self.name

    def _environment(self) -> Mapping[str, str]:
        return {**os.environ, **self._env}

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def terminate(self) -> None:
        if self._process is not None:
            self._process.terminate()

    def end(self, seconds: float) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def exit_reason(self) -> str:
        code = self._process.wait() if self._process else 0
        return f"killed by {signal_name(-code)}" if code < 0 else f"exit code {code}"


class ValkeyPart:
    """The Valkey server. It may have been started by an earlier supervisor."""

    name = "valkey"

    def __init__(self, server: ValkeyServer) -> None:
        self.log = server.log
        self._server = server
        self._asked_at = 0.0
        self._alive = False

    def start(self) -> None:
        self._server.start()

    def alive(self) -> bool:
        """Checks at most once a second, because each check opens a connection."""
        if time.monotonic() - self._asked_at > 1:
            self._alive = self._server.alive()
            self._asked_at = time.monotonic()
        return self._alive

    def terminate(self) -> None:
        """Does nothing: Valkey is stopped in `end`, after the parts that use it."""

    def end(self, seconds: float) -> None:  # noqa: ARG002 (the server has its own timeout)
        with suppress(ProcessLookupError):
            self._server.stop()

    def exit_reason(self) -> str:
        return "no answer"
