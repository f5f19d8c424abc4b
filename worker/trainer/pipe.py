"""The trainer's end of its pipes: reads commands from stdin and writes reports to the original stdout."""

import os
import sys
import threading
import traceback
from collections.abc import Mapping
from queue import SimpleQueue

from worker.trainer.protocol import COMMANDS, Report, Stop, Train, line


class Pipe:
    """Reads commands on a background thread, also while the process trains.

    When the parent dies or closes the pipe, the process exits at once.
    """

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)  # prints of libraries go to stderr, not between the reports
        self._jobs: SimpleQueue[Train] = SimpleQueue()
        self._stopped: dict[str, bool] = {}
        threading.Thread(target=self._read_commands, name="commands", daemon=True).start()

    @property
    def stopped(self) -> Mapping[str, bool]:
        """The experiments of the current job to stop, and whether to write a checkpoint first."""
        return self._stopped

    def next_job(self) -> Train:
        """Wait for a job."""
        return self._jobs.get()

    def send(self, report: Report) -> None:
        """Send one report."""
        try:
            self._out.write(line(report))
            self._out.flush()
        except BrokenPipeError:
            os._exit(0)  # the parent is dead

    def _read_commands(self) -> None:
        try:
            with open(0, "rb", closefd=False) as commands:
                while self._handle(commands.readline()):
                    pass
        finally:  # after any error too: without commands the process is useless
            if sys.exc_info()[0] is not None:
                traceback.print_exc()
            os._exit(0)

    def _handle(self, command: bytes) -> bool:
        """Handle one command; returns False at the end of the pipe."""
        if not command:
            return False
        match COMMANDS.validate_json(command):
            case Train() as job:
                self._stopped = {}
                self._jobs.put(job)
            case Stop(ids=ids, keep=keep):
                self._stopped = {
                    **self._stopped,
                    **dict.fromkeys(ids, keep),
                }  # a new dict: others read the old one
        return True
