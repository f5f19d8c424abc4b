"""A program in a real terminal of usual size."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from tests.servers.processes import ROOT, wait_until

COLUMNS, LINES = 80, 24
_NEW_LINE = re.compile(r"\r?\n|\r|\x1b\[\d*A")
"""Control sequences that move the cursor to the beginning of a line."""
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""Control sequences for colors and other movements of the cursor."""
_INSIDE = 'exec "$@" <>"$0" >&0 2>&0'
"""A shell command that runs a program with the terminal as all its streams. The terminal is the first that the new
session opens, and so becomes its controlling terminal: Ctrl-C reaches the session's programs."""
NEW_PYTHON = (sys.executable, "-m", "gradus.cli")
"""The command as a user starts it. Ctrl-C would not reach a program that another process forks."""


class Terminal:
    """`gradus` in a terminal. Everything that it shows is kept."""

    def __init__(
        self, arguments: Sequence[str], env: Mapping[str, str], command: Sequence[str | Path] = NEW_PYTHON
    ) -> None:
        self._end, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self._process = subprocess.Popen(
            ["sh", "-c", _INSIDE, os.ttyname(other), *command, *arguments],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "TERM": "xterm-256color", **env},
            start_new_session=True,
        )
        self._other: int | None = other  # stays open until the program is gone: nobody else may have opened it yet
        self._bytes = b""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @property
    def raw(self) -> str:
        """Everything that was shown so far, including control sequences and colors."""
        return self._bytes.decode(errors="replace")

    @property
    def lines(self) -> list[str]:
        """Every line that was ever shown and is not empty, without control sequences."""
        return [line for line in _CONTROLS.sub("", _NEW_LINE.sub("\n", self.raw)).split("\n") if line.strip()]

    def wait_for(self, words: str) -> None:
        """Wait until the terminal has shown these words."""
        wait_until(lambda: words in self.raw or self._process.poll() is not None, f"{words!r} on the terminal")
        assert words in self.raw, f"it ended without {words!r}: {self.raw}"

    def press(self, keys: str) -> None:
        """Type something; `\\x03` is Ctrl-C."""
        os.write(self._end, keys.encode())

    def exit_code(self, seconds: float = 60) -> int:
        """Wait for the end of the program; returns its exit code."""
        code = self._process.wait(seconds)
        if self._other is not None:
            os.close(self._other)
            self._other = None
        self._reader.join()
        return code

    def _read(self) -> None:
        while True:
            try:
                piece = os.read(self._end, 65536)
            except OSError:  # Linux says so when the program is gone
                return
            if not piece:
                return
            self._bytes += piece

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self.exit_code()
        os.close(self._end)
