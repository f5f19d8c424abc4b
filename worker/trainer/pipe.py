"""The trainer's end of its pipes: commands come in on stdin, reports go out on what was stdout."""

import os
import sys
import threading
import traceback
from collections.abc import Mapping
from queue import SimpleQueue

from worker.trainer.protocol import COMMANDS, Report, Stop, Train, line


class Pipe:
    """Hears commands on a thread of its own, also while the process trains.

    Its end is the parent's death or wish: then the process exits at once, whatever it does.
    """

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)  # what libraries print must not come between the lines
        self._jobs: SimpleQueue[Train] = SimpleQueue()
        self._stopped: dict[str, bool] = {}
        threading.Thread(target=self._listen, name="commands", daemon=True).start()

    @property
    def stopped(self) -> Mapping[str, bool]:
        """The experiments of the newest job that are to be trained no longer, and whether to keep a checkpoint."""
        return self._stopped

    def next_job(self) -> Train:
        """Wait for a job."""
        return self._jobs.get()

    def say(self, report: Report) -> None:
        """Send one report."""
        try:
            self._out.write(line(report))
            self._out.flush()
        except BrokenPipeError:
            os._exit(0)  # the parent is gone, and its death will be heard in this very moment

    def _listen(self) -> None:
        try:
            with open(0, "rb", closefd=False) as commands:
                while self._obey(commands.readline()):
                    pass
        finally:  # whatever happened: nobody can command this process any more
            if sys.exc_info()[0] is not None:
                traceback.print_exc()
            os._exit(0)

    def _obey(self, command: bytes) -> bool:
        """Whether to hear on."""
        if not command:
            return False
        match COMMANDS.validate_json(command):
            case Train() as job:
                self._stopped = {}
                self._jobs.put(job)
            case Stop(ids=ids, keep=keep):
                self._stopped = {**self._stopped, **dict.fromkeys(ids, keep)}  # a new one: others read it meanwhile
        return True
