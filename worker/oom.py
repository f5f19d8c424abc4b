"""Whether the kernel's out-of-memory killer killed a process. Linux counts these kills for each control group."""

from collections.abc import Iterator
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")


class OutOfMemoryKills:
    """The number of out-of-memory kills in a process's control group, compared with an earlier number."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.reset()

    def reset(self) -> None:
        """Count kills from now on."""
        self._file = next(filter(Path.is_file, _files(self._pid)), None)
        self._before = self._count()

    @property
    def grown(self) -> bool:
        """Whether there was a kill since the last reset. The kernel increments the count before it kills."""
        return self._count() > self._before

    def _count(self) -> int:
        try:
            lines = self._file.read_text().splitlines() if self._file else []
        except OSError:  # the control group is removed with its process
            return 0
        return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))


def _files(pid: int) -> Iterator[Path]:
    """Files that may hold the count, the most specific first."""
    places = Path(f"/proc/{pid}/cgroup")
    for line in places.read_text().splitlines() if places.exists() else []:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            yield GROUPS / path[1:] / "memory.events"
        elif "memory" in controllers.split(","):  # cgroup v1
            yield GROUPS / "memory" / path[1:] / "memory.oom_control"
    yield Path("/proc/vmstat")  # of the whole machine
