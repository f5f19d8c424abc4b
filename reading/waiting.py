"""How long a process has waited for a processor."""

from pathlib import Path

_NANOSECONDS = 1e9


def seconds_waiting(process: int) -> float:
    """For the thread of a process that waited longest: the seconds in which it was ready to run while others ran. 0 if
    the process has ended, or on a system that does not count it.

    Source: the second number of `/proc/PID/task/TID/schedstat` (`Documentation/scheduler/sched-stats.rst` of Linux).
    """
    longest = 0.0
    for thread in Path(f"/proc/{process}/task").glob("*/schedstat"):
        try:
            longest = max(longest, int(thread.read_text().split()[1]) / _NANOSECONDS)
        except (OSError, IndexError):
            continue  # the thread has ended
    return longest
