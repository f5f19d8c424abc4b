"""The snippets of a Markdown page, and interpreters that run them one after the other, as if a reader typed them."""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.commands import DONE, PYTHON

_FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_SHELL = ["bash", "-euo", "pipefail"]


@dataclass(frozen=True)
class Snippet:
    """A fenced code block of a page."""

    place: str
    """The file name of the page, and the line."""
    language: str
    text: str


def snippets(page: Path) -> list[Snippet]:
    """All snippets of a page, in order."""
    text = page.read_text()
    lines = {found: text[: found.start(2)].count("\n") + 1 for found in _FENCE.finditer(text)}
    return [Snippet(f"{page.name}:{line}", found[2], found[3]) for found, line in lines.items()]


@dataclass(frozen=True)
class Typed:
    """A command of a `console` block, and the output that the block shows."""

    command: str
    beginning: str
    """The first line of the output, up to ` …` if the page shortens it."""


def session(snippet: Snippet) -> list[Typed]:
    """The commands of a `console` block. Each begins after `$ ` and ends with the line in which every quotation is
    closed."""
    found: list[Typed] = []
    for part in re.split(r"^\$ ", snippet.text, flags=re.MULTILINE)[1:]:
        lines = part.rstrip().split("\n")
        length = next(n for n in range(1, len(lines) + 1) if _closed("\n".join(lines[:n])))
        found.append(Typed("\n".join(lines[:length]), "".join(lines[length : length + 1]).partition(" …")[0]))
    return found


def _closed(command: str) -> bool:
    try:
        shlex.split(command, comments=True)
    except ValueError:
        return False
    return True


class Interpreter:
    """A process that runs one snippet after the other, and keeps the names that they define."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, lines: str) -> str:
        """Run these lines, and wait for their end; returns the output.

        Raises:
            AssertionError: it ended with an error.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(lines)
        self._process.stdin.flush()
        printed: list[str] = []
        for line in self._process.stdout:
            if line.strip() == DONE:
                return "".join(printed)
            printed.append(line)
        raise AssertionError("".join(printed))


@contextmanager
def interpreters(folder: Path, programs: Path, env: Mapping[str, str]) -> Iterator["Reader"]:
    """A shell and a Python in a folder, with the programs of `forked_commands`."""
    with (
        _started(_SHELL, folder, env) as shell,
        _started([str(programs / PYTHON)], folder, env) as python,
    ):
        yield Reader(folder, Interpreter(shell), Interpreter(python))


@dataclass(frozen=True)
class Reader:
    """Runs the snippets of a page as a reader would."""

    folder: Path
    shell: Interpreter
    python: Interpreter

    def type(self, snippet: Snippet) -> str:
        """Run the snippet; returns its output.

        Raises:
            AssertionError: it failed.
        """
        if snippet.language == "python":
            return self.python.run(f"{json.dumps(snippet.text)}\n")
        script = self.folder / f"{snippet.place.replace(':', '-')}.sh"
        script.write_text(snippet.text)
        return self.shell.run(f". ./{script.name} </dev/null\necho\necho '{DONE}'\n")


@contextmanager
def _started(command: list[str], folder: Path, env: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        command,
        cwd=folder,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()
