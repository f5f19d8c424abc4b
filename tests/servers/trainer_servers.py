"""The servers that fork trainers, each of which a service starts for itself: forked from a process with PyTorch.

A new one imports PyTorch for three CPU seconds, and tests kill many. A forked one runs the same module with the same
arguments, environment and streams. Without `pytest -n`, and in services that are no forks themselves, new ones start.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from hub.embedded.forked import become
from hub.embedded.parts import ROOT, ModulePart
from hub.embedded.run_part import run_part
from tests.servers.forks import Server, forget_children, listen
from tests.servers.warm import Warm, WarmProcess

FOR_ALL = "TESTS_TORCH_SERVER"
"""Variable with the socket of the one for all processes of `pytest -n`, and for the services that they start."""


class ForkedServer(WarmProcess):
    """A forked part. As in the product, its standard input is a pipe that closes with the supervisor, or after its own
    end."""

    def __init__(self, server: Warm, part: dict[str, Any], log: BinaryIO) -> None:
        reading, writing = os.pipe()
        self.stdin = os.fdopen(writing, "wb", buffering=0)
        try:
            super().__init__(server.ask(part, [reading, log.fileno()]))
        finally:
            os.close(reading)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def _end(self) -> None:
        super()._end()
        self.stdin.close()


def fork_for_services() -> None:
    """In the process that forks services: their servers are forked by the one for all, if it is there."""
    if path := os.environ.get(FOR_ALL):
        server = Warm(path)
        spawned = ModulePart._spawned

        def forked(self: ModulePart, log: BinaryIO) -> "ForkedServer | subprocess.Popen[bytes]":
            held = vars(self)
            if not held["_alone"]:  # it does not watch its standard input itself
                return spawned(self, log)
            part = {"file": str(self._file), "command": list(held["_command"]), "env": dict(self._environment())}
            return ForkedServer(server, part, log)

        type.__setattr__(ModulePart, "_spawned", forked)


def started(path: Path) -> "subprocess.Popen[bytes]":
    """The process that forks, on its way to that socket."""
    command = [sys.executable, "-m", "tests.servers.trainer_servers", str(path)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True)


class _Part:
    """A child of the process that forks."""

    def __init__(self, request: dict[str, Any], files: list[int]) -> None:
        stdin, log = files
        self.pid = os.fork()
        if self.pid == 0:
            run = partial(_run, request["file"], request["command"])
            become(run, (stdin, log, log), request["env"], ROOT, set())

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        ended, status = os.waitpid(self.pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if ended else None


def _run(file: str, command: Sequence[str]) -> None:
    """Be `python -m hub.embedded.run_part --unwatched` of this part."""
    forget_children()
    module, *arguments = command
    run_part(file, module, arguments, watched=False)


def main() -> None:
    """Import PyTorch and what trainers need, and fork servers."""

    def prepare() -> None:
        import_module("worker.answering.answer")
        import_module("worker.trainer.serve").warm_up_for_all()

    signal.signal(signal.SIGINT, signal.default_int_handler)  # shells have it ignored in the background
    os.environ |= import_module("worker.trainer.libraries").library_env()
    listen(prepare, lambda listener: Server(listener, _Part, files=2).serve())


if __name__ == "__main__":
    main()
