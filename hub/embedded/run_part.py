"""Runs one part: `python -m hub.embedded.run_part [--unwatched] FILE MODULE ARGUMENTS…`.

The part holds a lock on FILE while it lives, with its pid inside, so that the next start knows that it is there and
whom to end. Its standard input is a pipe from the supervisor: when that closes, the supervisor is gone, and so is the
part, however the supervisor ended. A part that is to have one thread alone looks after that itself: `--unwatched`.
"""

import fcntl
import os
import runpy
import signal
import sys
import threading
import time

GRACE_SECONDS = 10.0
UNWATCHED = "--unwatched"


def main() -> None:
    """Take the lock, watch the supervisor, and become the module."""
    watched = sys.argv[1] != UNWATCHED
    file, module, *arguments = sys.argv[1 if watched else 2 :]
    _hold(file)
    if watched:
        end_with_parent()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def end_with_parent() -> None:
    """Let this process end as SIGTERM would, and then for certain, when its standard input closes."""
    threading.Thread(target=_watch, name="parent", daemon=True).start()


def _watch() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


def _hold(file: str) -> None:
    """The lock ends with the process, for nothing else inherits it."""
    lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.pwrite(lock, f"{os.getpid():>20}".encode(), 0)  # always as long: a reader never meets half of it


if __name__ == "__main__":
    main()
