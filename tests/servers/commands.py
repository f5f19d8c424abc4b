"""`gradus` and Python for snippets of pages and for terminals, forked from one process that has imported what they do.

Starting a Python with these imports would take 0.7 CPU seconds for each of many calls. Some tests of
`tests/acceptance/test_cli.py` and `test_up.py` start the real program.
"""

import json
import os
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.servers.forking import ROOT, forked_programs, serve

DONE = "--- the snippet is done ---"
PYTHON = "python-of-snippets"
FOR_ALL = "TESTS_COMMANDS"
"""Name of the variable with the folder of the programs that all processes of `pytest -n` share."""
_IMPORTED = ("gradus.cli.main", "gradus.wire.dataset", "httpx", "pandas")


@contextmanager
def forked_commands() -> Iterator[Path]:
    """The folder of the programs, which can be called within the block."""
    if folder := os.environ.get(FOR_ALL):
        yield Path(folder)
        return
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = ["-W", "error", "-m", "tests.servers.commands"]
    with forked_programs(["gradus", PYTHON], command, env) as programs:
        yield programs


def main() -> None:
    """Fork until standard input closes."""
    serve(Path(sys.argv[1]), _import, _run)


def _import() -> None:
    for module in _IMPORTED:
        import_module(module)
    for found in pkgutil.iter_modules(import_module("gradus.cli.commands").__path__, "gradus.cli.commands."):
        import_module(found.name)


def _run(program: str, arguments: list[str]) -> None:
    if program == PYTHON:
        _snippets()
    else:
        import_module("gradus.cli.main").main()


def _snippets() -> None:
    """Run each snippet that arrives, as a line of JSON. It can use the names that earlier snippets have defined."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for line in sys.stdin:
        exec(compile(json.loads(line), "snippet", "exec"), names)  # noqa: S102
        sys.stdout.write(f"\n{DONE}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
