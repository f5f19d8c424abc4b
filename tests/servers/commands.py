"""`gradus` and Python for the snippets of pages, forked from one process that has imported what they import.

A program of two lines stands where a shell finds `gradus`: it hands its arguments, environment, folder and streams to
that process, and ends as the fork does. To start a Python and import takes each call 0.7 CPU seconds, and pages have
many. `tests/acceptance/test_cli.py` and `test_up.py` start the real program.
"""

import gc
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn, TextIO

from hub.embedded.forked import exit_code

ROOT = Path(__file__).parents[2]
DONE = "--- the snippet is done ---"
PYTHON = "python-of-snippets"
_IMPORTED = ("gradus.cli.main", "gradus.wire.dataset", "httpx", "pandas")
_CONNECT_SECONDS = 180.0
_PROGRAM = """#!{python} -IS
import os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({path!r})
    request = [os.path.basename(sys.argv[0]), os.getcwd(), *sys.argv[1:], ""]
    request += [f"{{name}}={{value}}" for name, value in os.environ.items()]
    text = os.fsencode("\\0".join(request)) + b"\\0\\0"
    sent = socket.send_fds(server, [text], [0, 1, 2])
    server.sendall(text[sent:])
    sys.exit(int(server.recv(16) or b"137"))
"""


@contextmanager
def forked_commands(env: Mapping[str, str]) -> Iterator[Path]:
    """The folder of the programs, for as long as they can be called."""
    with tempfile.TemporaryDirectory(prefix="gradus-") as folder:
        path = Path(folder) / "commands.sock"
        for name in ("gradus", PYTHON):
            program = Path(folder) / name
            program.write_text(_PROGRAM.format(python=sys.executable, path=str(path)))
            program.chmod(0o700)
        command = [sys.executable, "-W", "error", "-m", "tests.servers.commands", str(path)]
        with subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.PIPE, start_new_session=True) as process:
            _wait_for(path, process)
            yield Path(folder)
            assert process.poll() is None, f"it ended with exit code {process.returncode}"


def _wait_for(path: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _CONNECT_SECONDS
    while not path.exists():
        assert process.poll() is None, f"it ended with exit code {process.returncode}"
        assert time.monotonic() < deadline, "the process that forks does not answer"
        time.sleep(0.02)


def main() -> None:
    """Import, then fork until standard input closes."""
    for module in _IMPORTED:
        import_module(module)
    for found in pkgutil.iter_modules(import_module("gradus.cli.commands").__path__, "gradus.cli.commands."):
        import_module(found.name)
    assert len(os.listdir("/proc/self/task")) == 1, "a module has started a thread"  # noqa: PTH208
    gc.freeze()
    children: set[int] = set()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen(16)
        while True:
            if sys.stdin.fileno() in select.select([sys.stdin.fileno(), listener.fileno()], [], [])[0]:
                break
            if child := _fork(listener.accept()[0]):
                children.add(child)
            children -= {child for child in children if os.waitpid(child, os.WNOHANG)[0]}
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _fork(connection: socket.socket) -> int | None:
    """The process; None if the caller was killed before it had asked."""
    with connection:
        text, streams, _, _ = socket.recv_fds(connection, 65536, 3)
        while not text.endswith(b"\0\0") and (more := connection.recv(65536)):
            text += more
        child = os.fork() if text.endswith(b"\0\0") else None
        if child == 0:
            _become(connection, streams, os.fsdecode(text))
        for stream in streams:
            os.close(stream)
    return child


def _become(connection: socket.socket, streams: list[int], text: str) -> NoReturn:
    """Be the program that was called."""
    code = 1
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        sys.stdin, sys.stdout, sys.stderr = (_text(number) for number in range(3))
        called, _, environment = text.removesuffix("\0\0").partition("\0\0")
        program, folder, *arguments = called.split("\0")
        os.chdir(folder)
        os.environ.clear()
        for name, _, value in (line.partition("=") for line in environment.split("\0")):
            os.environ[name] = value
        sys.argv = [program, *arguments]
        code = exit_code(_snippets if program == PYTHON else import_module("gradus.cli.main").main)
    except BaseException:
        traceback.print_exc()
    for file in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            file.flush()
    with suppress(OSError):
        connection.sendall(b"%d" % code)
    os._exit(code)


def _text(number: int) -> TextIO:
    """A standard stream: what there is of it may be of another kind, such as a file where this one is a pipe."""
    return os.fdopen(number, "w" if number else "r", buffering=1 if number == 2 else -1, closefd=False)


def _snippets() -> None:
    """Run each that comes, as a line of JSON, with what those before it have defined."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for line in sys.stdin:
        exec(compile(json.loads(line), "snippet", "exec"), names)  # noqa: S102
        sys.stdout.write(f"\n{DONE}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
