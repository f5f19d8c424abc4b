"""Programs forked from a process that has already imported what they need.

In place of each program there is a short script, which passes its name, arguments, environment, folder and streams to
that process, and ends with the exit code of the fork.
"""

import ast
import atexit
import gc
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn, TextIO

from hub.embedded.forked import can_fork, exit_code

ROOT = Path(__file__).parents[2]
Run = Callable[[str, list[str]], object]
"""Runs the program of this name with these arguments, in the fork."""

_START_SECONDS = 180.0
_PROGRAM = """#!{python} -IS
import os, signal, socket, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
with socket.socket(socket.AF_UNIX) as server:
    server.connect({path!r})
    request = os.path.basename(sys.argv[0]), os.getcwd(), sys.argv[1:], dict(os.environ)
    text = ascii(request).encode() + b"\\n"
    sent = socket.send_fds(server, [text], [0, 1, 2])
    if sent < len(text):  # to send nothing fails, too, if the program has ended already
        server.sendall(text[sent:])
    sys.exit(int(server.recv(16) or b"137"))
"""


@contextmanager
def forked_programs(
    names: Sequence[str], command: Sequence[str], env: Mapping[str, str] | None = None, *, session: bool = True
) -> Iterator[Path]:
    """The folder of the programs, which can be called within the block. A Python process with this command forks them.

    The path of the socket for `serve` is appended to the command. With `session`, that process has its own session, so
    that Ctrl-C in a terminal does not reach it.
    """
    with tempfile.TemporaryDirectory(prefix="gradus-") as folder:
        path = Path(folder) / "forking.sock"
        for name in names:
            program = Path(folder) / name
            program.write_text(_PROGRAM.format(python=sys.executable, path=str(path)))
            program.chmod(0o700)
        arguments = [sys.executable, *command, str(path)]
        with subprocess.Popen(
            arguments, cwd=ROOT, env=env, stdin=subprocess.PIPE, start_new_session=session
        ) as process:  # which closes the pipe at the end
            _wait_for(path, process)
            yield Path(folder)
            assert process.poll() is None, f"it ended with exit code {process.returncode}"


def _wait_for(path: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not path.exists():
        assert process.poll() is None, f"it ended with exit code {process.returncode}"
        assert time.monotonic() < deadline, "the process that forks does not answer"
        time.sleep(0.02)


def serve(path: Path, prepare: Callable[[], object], run: Run) -> None:
    """Wait for the first call, then prepare. Fork a process for each call until standard input closes."""
    children: set[int] = set()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{path}.new")
        listener.listen(16)
        Path(f"{path}.new").rename(path)  # where it is looked for, it listens
        if sys.stdin.fileno() in select.select([sys.stdin.fileno(), listener.fileno()], [], [])[0]:
            return
        prepare()
        assert can_fork(), "a module has started a thread when it was imported"
        gc.freeze()
        while True:
            if sys.stdin.fileno() in select.select([sys.stdin.fileno(), listener.fileno()], [], [])[0]:
                break
            if child := fork(listener.accept()[0], run):
                children.add(child)
            children -= {child for child in children if os.waitpid(child, os.WNOHANG)[0]}
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def fork(connection: socket.socket, run: Run) -> int | None:
    """Fork a process for a call; returns its id, or None if the caller ended before it had sent its request."""
    with connection:
        text, streams, _, _ = socket.recv_fds(connection, 65536, 3)
        while not text.endswith(b"\n") and (more := connection.recv(65536)):
            text += more
        child = os.fork() if text.endswith(b"\n") else None
        if child == 0:
            _become(connection, streams, text.decode(), run)
        for stream in streams:
            os.close(stream)
    return child


def _become(connection: socket.socket, streams: list[int], text: str, run: Run) -> NoReturn:
    """In the fork: run the program that was called, and end as the interpreter would."""
    code = 1
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        sys.stdin, sys.stdout, sys.stderr = (_text(number) for number in range(3))
        signal.signal(signal.SIGINT, signal.default_int_handler)
        program, folder, arguments, environment = ast.literal_eval(text)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = [program, *arguments]
        code = exit_code(lambda: run(program, arguments))
        threading._shutdown()  # type: ignore[attr-defined]  # joins threads
        atexit._run_exitfuncs()
    except BaseException:
        traceback.print_exc()
    for file in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            file.flush()
    with suppress(OSError):
        connection.sendall(b"%d" % code)
    os._exit(code)


def _text(number: int) -> TextIO:
    """A new object for a standard stream. The existing object may not fit, for example if a pipe has become a file."""
    return os.fdopen(number, "w" if number else "r", buffering=1 if number == 2 else -1, closefd=False)
