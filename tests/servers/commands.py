"""`gradus` and Python for snippets of pages and for terminals, forked from one process that has imported what they do.

To start a Python and import takes each call 0.7 CPU seconds, and there are many. Some tests of
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
"""Variable with the folder of the programs of all processes of `pytest -n`."""
_IMPORTED = ("gradus.cli.main", "gradus.wire.dataset", "httpx", "pandas")


@contextmanager
def forked_commands() -> Iterator[Path]:
    """The folder of the programs, for as long as they can be called."""
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
    """Run each that comes, as a line of JSON, with what those before it have defined."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for line in sys.stdin:
        exec(compile(json.loads(line), "snippet", "exec"), names)  # noqa: S102
        sys.stdout.write(f"\n{DONE}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
