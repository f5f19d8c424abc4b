"""Starts trainer processes: forked from the fork server if there is one, else as a new Python process."""

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


def launch(threads: int, device: str, options: Sequence[str]) -> Process:
    """Start a trainer, whose stdin and stdout are pipes. One for a GPU is not forked: a GPU may not survive a fork."""
    arguments = [f"--threads={threads}", f"--device={device}", *options]
    env = {**os.environ, **library_env(threads)}
    if (server := os.environ.get(FORK_SERVER)) and device != "cuda":
        try:
            return ForkedProcess(server, arguments, env)
        except OSError as error:
            logger.warning("no trainer from %s (%s): starting one without it", server, error)
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "worker.trainer", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=env,
        start_new_session=True,  # Ctrl-C must reach only the parent, which hands the job back first
    )
