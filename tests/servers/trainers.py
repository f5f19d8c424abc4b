"""Trainer processes: those of a worker, and a server that forks the trainers of all workers of a test run."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.servers.processes import ROOT

FOR_ALL = "TESTS_TRAINER_SERVER"
"""Name of the variable with the socket of the server that all processes of `pytest -n` share."""


def trainers_of(worker: int) -> list[int]:
    """The process ids of this worker's trainers. Their standard input is the other end of one of the worker's pipes."""
    pipes = {end for file in _entries(Path(f"/proc/{worker}/fd")) if (end := _target(file)).startswith("pipe:")}
    found = (int(process.name) for process in Path("/proc").iterdir() if process.name.isdigit())
    return sorted(pid for pid in found if pid != worker and _target(Path(f"/proc/{pid}/fd/0")) in pipes)


@contextmanager
def running_trainer_server() -> Iterator[Path]:
    """Run a server that forks trainers; yields its socket."""
    with tempfile.TemporaryDirectory(prefix="gradus-") as folder:
        path = Path(folder) / "trainers.sock"
        with started(path) as process:  # which closes the pipe at the end
            yield path
            assert process.poll() is None, f"the server of trainers ended with exit code {process.returncode}"


def started(path: Path) -> "subprocess.Popen[bytes]":
    """Start a server that forks trainers. It will listen on this socket."""
    command = [sys.executable, "-m", "worker.trainer.fork_server", str(path)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE)


def without_trainer_server() -> dict[str, str]:
    """Environment variables of a service that creates its trainers without the tests' server."""
    return {"GRADUS_TRAINER_SERVER": ""}


def _entries(folder: Path) -> list[Path]:
    with suppress(OSError):  # the process is gone
        return list(folder.iterdir())
    return []


def _target(link: Path) -> str:
    with suppress(OSError):
        return str(link.readlink())
    return ""
