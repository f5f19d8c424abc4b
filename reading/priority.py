"""The priority of processes that work in the background."""

import os
from contextlib import suppress
from pathlib import Path

_GROUP = Path("/proc/self/autogroup")
_SCORE = Path("/proc/self/oom_score_adj")


def give_way(niceness: int, oom_score: int) -> None:
    """Lower this process's CPU priority by `niceness`, and raise its out-of-memory score to at least `oom_score`, of
    1000: if the machine runs out of memory, Linux kills the processes with the highest scores first.

    Linux may share the CPUs among sessions first (`man 7 sched`, "The autogroup feature"). Then a process's niceness
    counts only within its session, so that a session that this process leads gets the niceness as well.
    """
    os.nice(niceness)
    if os.getsid(0) == os.getpid() and _GROUP.exists():
        with suppress(OSError):  # ours may be read-only, as in a container
            _GROUP.write_text(str(os.getpriority(os.PRIO_PROCESS, 0)))
    if _SCORE.exists() and int(_SCORE.read_text()) < oom_score:
        _SCORE.write_text(str(oom_score))
