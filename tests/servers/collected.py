"""Test processes forked from one that has collected the tests.

To import all tests and what they need takes ten CPU seconds, and each process of `pytest -n` does it for itself. In a
fork, where all modules are there already, it takes one and a half to collect.
"""

import gc
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path
from types import ModuleType

import pytest
from execnet import XSpec

from tests.servers.forking import forked_programs, serve

_PYTHON = "python-of-tests"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config, specs: list[XSpec]) -> None:
    """Have the processes of `pytest -n` forked."""
    if sys.platform == "linux":
        process = ExitStack()
        config.add_cleanup(process.close)
        python = process.enter_context(_forked_test_processes(config.invocation_params.args))
        for spec in specs:
            spec.python = python


@contextmanager
def _forked_test_processes(arguments: Sequence[str]) -> Iterator[str]:
    """The path of the Python that `pytest -n` starts for each of its processes, instead of its own. It is called with
    these arguments."""
    command = ["-m", "tests.servers.collected", *arguments]
    with forked_programs([_PYTHON], command, session=False) as folder:
        yield str(folder / _PYTHON)


def main() -> None:
    """Collect, then fork until standard input closes."""
    *arguments, path = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests, which then end this process
    serve(Path(path), lambda: _collect(arguments), _run)


def _collect(arguments: list[str]) -> None:
    """Import the modules that the forks will collect. If a module cannot be imported here, each fork imports it again
    and reports the error."""
    before = set(sys.modules)
    gc.disable()  # nearly everything stays
    with redirect_stdout(StringIO()):
        code = pytest.main([*arguments, "-n0", "--collect-only"])
    if "torch" in sys.modules:
        import_module("torch._dynamo")  # which takes a second when the first of PyTorch's own optimizers is made
    gc.enable()
    if code not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        for name in sys.modules.keys() - before:  # pytest leaves a module there whose import has failed
            if Path(getattr(sys.modules[name], "__file__", None) or "").name.startswith(("test_", "conftest")):
                del sys.modules[name]


def _run(program: str, arguments: list[str]) -> None:
    """Do what `python -u -c LINE` does."""
    main_module = sys.modules["__main__"] = ModuleType("__main__")
    exec(arguments[-1], main_module.__dict__)  # noqa: S102


if __name__ == "__main__":
    main()
