"""Reading processes forked from a process that has already imported what they need.

Each `python -m reading` takes 0.4 CPU seconds for its imports, and tests read some hundred files. A forked reader is
confined like a new one. The process that forks is started like a reader, with a reader's environment and nothing else.
Each forked reader gets its own folder, session, streams and environment, and applies the same confinement. It ends with
the process that forks, or when the process that requested it has ended.

`tests/integration/reading/test_child.py` starts new readers.
"""

import gc
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from hub.embedded.forked import become
from reading import child
from tests.servers.forks import Server, forget_children, listen
from tests.servers.warm import Warm, WarmProcess

FOR_ALL = "TESTS_READER_SERVER"
"""Name of the variable with the socket of the process that forks for all processes of `pytest -n` and for the services
that they start."""


class ForkedReader(WarmProcess):
    """A reading process, with the interface of `subprocess.Popen`."""

    def __init__(self, server: Warm, folder: Path) -> None:
        (stdin, writing), (reading, stdout), (reading_errors, stderr) = (os.pipe() for _ in range(3))
        self.stdin = os.fdopen(writing, "wb")
        self.stdout, self.stderr = os.fdopen(reading, "rb"), os.fdopen(reading_errors, "rb")
        try:
            request = {"folder": str(folder), "env": child.environment(folder)}
            super().__init__(server.ask(request, [stdin, stdout, stderr]))
        finally:
            for end in (stdin, stdout, stderr):
                os.close(end)


@contextmanager
def forked_readers() -> Iterator[None]:
    """Within the block, fork the reading processes of this process: from the shared process that forks, if there is
    one, or else from a new one."""
    server = Warm(os.environ.get(FOR_ALL), started)
    before = replaced(partial(ForkedReader, server))
    try:
        yield
    finally:
        replaced(before)
        server.stop()


@contextmanager
def new_readers() -> Iterator[None]:
    """Within the block, start a new Python for each reading of this process, as the product does."""
    before = replaced(NEW)
    try:
        yield
    finally:
        replaced(before)


def fork_for_services() -> None:
    """In the process that forks services: let services fork their reading processes from the shared process, if there
    is one."""
    if path := os.environ.get(FOR_ALL):
        replaced(partial(ForkedReader, Warm(path)))


NEW: Callable[[Path], Any] = vars(child)["_start"]
"""Starts a reading process as the product does."""


def replaced(start: Callable[[Path], Any]) -> Callable[[Path], Any]:
    """Start reading processes with this function from now on; returns the previous function."""
    before: Callable[[Path], Any] = vars(child)["_start"]
    vars(child)["_start"] = start
    return before


def started(path: Path) -> "subprocess.Popen[bytes]":
    """Start the process that forks readers. It is started as a reader is, and will listen on this socket."""
    command = [sys.executable, "-P", "-m", "tests.servers.readers", str(path)]
    folder = Path(tempfile.gettempdir())
    return subprocess.Popen(
        command, cwd=folder, env=child.environment(folder), stdin=subprocess.PIPE, start_new_session=True
    )


class _Reader:
    """A forked reading process."""

    def __init__(self, request: dict[str, Any], streams: list[int]) -> None:
        (stdin, stdout, stderr), server = streams, os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            become(partial(_read, server), (stdin, stdout, stderr), request["env"], Path(request["folder"]), set())

    def poll(self) -> int | None:
        """The exit code, which is negative if a signal ended the process; None while it runs."""
        ended, status = os.waitpid(self.pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if ended else None


def _read(server: int) -> None:
    """Do what `python -m reading` does."""
    forget_children()
    sys.argv = ["reading", str(server)]
    import_module("reading.__main__").main()


def main() -> None:
    """Import what readers need, and fork readers."""

    def prepare() -> None:
        import_module("reading.__main__")
        gc.freeze()

    # As in the tests, which set this too: in the background, shells have it ignored, and so would the forked readers.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    listen(prepare, lambda listener: Server(listener, _Reader, files=3, kill_unwanted=True).serve())


if __name__ == "__main__":
    main()
