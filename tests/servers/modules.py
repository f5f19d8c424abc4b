"""A Python whose only option is `-m`: the service's programs and `gradus`, forked from what has imported them.

To start each anew takes one to three CPU seconds, most of them for imports.
"""

import runpy
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from tests.servers.forking import forked_programs, serve

_PYTHON = "python-of-modules"
_IMPORTED = ("api.main", "gradus.cli.main", "hub.embedded.supervisor", "worker.worker_process", "worker.slot")


@contextmanager
def forked_modules(env: Mapping[str, str]) -> Iterator[Path]:
    """The Python. The environment is for what it imports; a program has that of its caller."""
    with forked_programs([_PYTHON], ["-m", "tests.servers.modules"], env) as folder:
        yield folder / _PYTHON


def main() -> None:
    """Import, then fork until standard input closes."""
    serve(Path(sys.argv[1]), lambda: [import_module(module) for module in _IMPORTED], _run)


def _run(program: str, arguments: list[str]) -> None:
    """Be `python -m MODULE`."""
    sys.argv = arguments[1:]
    runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
