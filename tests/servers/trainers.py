"""Trainer processes: those of a worker, and a server that forks them for every worker of a test run."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.servers.processes import ROOT

FOR_ALL = "TESTS_TRAINER_SERVER"
"""Variable with the socket of the server for all processes of `pytest -n`."""


def trainers_of(worker: int) -> list[int]:
    """The trainers of this worker: their standard input is the other end of one of its pipes."""
    pipes = {end for file in _entries(Path(f"/proc/{worker}/fd")) if (end := _target(file)).startswith("pipe:")}
    found = (int(process.name) for process in Path("/proc").iterdir() if process.name.isdigit())
    return sorted(pid for pid in found if pid != worker and _target(Path(f"/proc/{pid}/fd/0")) in pipes)


@contextmanager
def running_trainer_server() -> Iterator[Path]:
    """Its socket."""
    with tempfile.TemporaryDirectory(prefix="gradus-") as folder:
        path = Path(folder) / "trainers.sock"
        with started(path) as process:  # which closes the pipe at the end
            yield path
            assert process.poll() is None, f"the server of trainers ended with exit code {process.returncode}"


def started(path: Path) -> "subprocess.Popen[bytes]":
    """The server, on its way to that socket."""
    command = [sys.executable, "-m", "worker.trainer.fork_server", str(path)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE)


def without_trainer_server() -> dict[str, str]:
    """For a service that makes its trainers without the tests' server."""
    return {"GRADUS_TRAINER_SERVER": ""}


def _entries(folder: Path) -> list[Path]:
    with suppress(OSError):  # the process is gone
        return list(folder.iterdir())
    return []


def _target(link: Path) -> str:
    with suppress(OSError):
        return str(link.readlink())
    return ""
