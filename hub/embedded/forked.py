"""A part forked from the supervisor, with the interface of `subprocess.Popen`.

The supervisor has already imported what API and workers import. A forked part starts at once, and shares that memory.
"""

import atexit
import gc
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NoReturn

POLL_SECONDS = 0.02
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def can_fork() -> bool:
    """Whether this process may fork: it has one thread, as others and their locks would not survive.

    False outside Linux, where system libraries are not made for a fork.
    """
    return sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 (names are enough)


class ForkedProcess:
    """A child that calls `run` in a session of its own. Its standard input is a pipe that closes with this process."""

    def __init__(self, run: Callable[[], object], log: BinaryIO, env: Mapping[str, str], folder: Path) -> None:
        reading, writing = os.pipe()
        self.stdin = os.fdopen(writing, "wb", buffering=0)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()  # else both processes would write what is buffered
        gc.freeze()  # the child neither collects what this process has, nor copies its pages to look for garbage
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)  # until the child has its own handlers
        try:
            self.pid = os.fork()
            if self.pid == 0:
                become(run, (reading, log.fileno(), log.fileno()), env, folder, blocked)
        except OSError:
            self.stdin.close()
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
            gc.unfreeze()
            os.close(reading)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while the process runs."""
        if self.returncode is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.returncode = os.waitstatus_to_exitcode(status)
                self.stdin.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the process ends. Returns its exit code.

        Raises:
            subprocess.TimeoutExpired: the process still runs after `timeout` seconds.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            time.sleep(POLL_SECONDS)
        return code

    def terminate(self) -> None:
        """Ask the process to end."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)


def become(
    run: Callable[[], object],
    streams: tuple[int, int, int],
    env: Mapping[str, str],
    folder: Path,
    blocked: set[int | signal.Signals],
) -> NoReturn:
    """Make the forked child like a newly started process, call `run`, and exit as the interpreter would.

    `streams` become the standard streams, all other files are closed; `blocked` are the signals that stay blocked.
    """
    code = 1
    try:
        os.setsid()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.closerange(3, 1 + max(int(name) for name in os.listdir("/proc/self/fd")))  # noqa: PTH208
        for number in _SIGNALS:
            if callable(signal.getsignal(number)):
                signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        os.environ.clear()
        os.environ.update(env)
        os.chdir(folder)
        code = exit_code(run)
        threading._shutdown()  # type: ignore[attr-defined]  # joins threads, as at the interpreter's end
        atexit._run_exitfuncs()
    except BaseException:
        traceback.print_exc()
    for file in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            file.flush()
    os._exit(code)


def exit_code(run: Callable[[], object]) -> int:
    """The exit code with which Python would end a program that calls `run`. A text passed to `sys.exit` is printed."""
    try:
        run()
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
            return 1
        return end.code or 0
    return 0
