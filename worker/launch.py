"""Starts the process that trains: forked from one that has imported torch, where there is one, else from nothing."""

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
"""Names the socket of `worker.trainer.fork_server`; `gradus up` runs one."""
ROOT = Path(__file__).parent.parent
logger = logging.getLogger(__name__)


class Process(Protocol):
    """What both kinds have."""

    pid: int

    @property
    def stdin(self) -> IO[bytes] | None:
        """Where it hears."""

    @property
    def stdout(self) -> IO[bytes] | None:
        """Where it speaks."""

    def poll(self) -> int | None:
        """The exit code; None while it runs."""

    def wait(self) -> int:
        """The exit code, once it has ended."""

    def kill(self) -> None:
        """End it now."""


def launch(threads: int, arguments: Sequence[str]) -> Process:
    """A new trainer; its standard input and output are pipes."""
    env = {**os.environ, **library_env(threads)}
    if server := os.environ.get(FORK_SERVER):
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
        start_new_session=True,  # a Ctrl-C is for the parent, which hands the work back first
    )
