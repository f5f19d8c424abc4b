"""Runs one part: `python -m hub.embedded.run_part [--unwatched] FILE MODULE ARGUMENTS…`.

While the part runs, it holds a lock on FILE, which contains its pid. The next start uses both to detect and end an
orphaned part. The part's standard input is a pipe from the supervisor: when the supervisor ends, in whatever way, the
pipe closes and the part ends itself. With `--unwatched`, the module watches the pipe itself, because it must not have
a second thread.
"""

import fcntl
import os
import runpy
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

GRACE_SECONDS = 10.0
UNWATCHED = "--unwatched"


def main() -> None:
    """Run what the command line names."""
    watched = sys.argv[1] != UNWATCHED
    file, module, *arguments = sys.argv[1 if watched else 2 :]
    run_part(file, module, arguments, watched=watched)


def run_part(file: str, module: str, arguments: Sequence[str], *, watched: bool = True) -> None:
    """Take the lock, watch the supervisor, and run the module as this process's program."""
    _hold(file)
    _show_name(f"gradus-{Path(file).name}")
    if watched:
        end_with_parent()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def end_with_parent() -> None:
    """When standard input closes, end this process by SIGTERM, and after a grace period by SIGKILL."""
    threading.Thread(target=_watch, name="parent", daemon=True).start()


def _watch() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


def _show_name(name: str) -> None:
    """Name the process in `top` and `ps`, as all forked parts have the supervisor's command line."""
    with suppress(OSError):  # only Linux has this file
        Path("/proc/self/comm").write_text(name)


def _hold(file: str) -> None:
    """Lock the file. The lock ends with the process, because no child inherits it."""
    lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.pwrite(lock, f"{os.getpid():>20}".encode(), 0)  # fixed length: a reader never sees a part of a number


if __name__ == "__main__":
    main()
