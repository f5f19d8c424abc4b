"""Starts the programs of a worker: forked from the fork server if there is one, else as new Python processes."""

import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Protocol

from worker.forked import ForkedProcess
from worker.trainer.libraries import library_env

FORK_SERVER = "GRADUS_TRAINER_SERVER"
"""Environment variable with the socket of `worker.trainer.fork_server`, which `gradus up` starts."""
ROOT = Path(__file__).parent.parent
logger = logging.getLogger(__name__)


class Process(Protocol):
    """The interface that both kinds of processes have in common."""

    pid: int

    @property
    def stdin(self) -> IO[bytes] | None:
        """Pipe to the process's stdin."""

    @property
    def stdout(self) -> IO[bytes] | None:
        """Pipe from the process's stdout."""

    def poll(self) -> int | None:
        """The exit code; None while it runs."""

    def wait(self) -> int:
        """Wait for the process to end; returns its exit code."""

    def kill(self) -> None:
        """Kill the process."""


def survives_fork(device: str) -> bool:
    """Whether a process on this device may be forked. A GPU may not survive it."""
    return device != "cuda"


def forks(device: str) -> bool:
    """Whether the trainers of this device are forked. Forked trainers use only the CPU."""
    return survives_fork(device) and bool(os.environ.get(FORK_SERVER))


def launch(program: str, arguments: Sequence[str], *, forked: bool = True) -> Process:
    """Start a program of `worker.programs`, whose stdin and stdout are pipes. With `forked=False`, it is a new process
    in any case."""
    env = {**os.environ, **library_env()}
    if (server := os.environ.get(FORK_SERVER)) and forked:
        try:
            return ForkedProcess(server, program, arguments, env)
        except OSError as error:
            logger.warning("the fork server %s started no process (%s): starting one without it", server, error)
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", program.removesuffix(".__main__"), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=env,
        start_new_session=True,  # Ctrl-C must reach only the parent, which hands the job back first
    )
