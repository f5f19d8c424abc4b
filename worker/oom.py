"""Whether the kernel killed a process because memory ran out: Linux counts such kills for each control group."""

from collections.abc import Iterator
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")


class OutOfMemoryKills:
    """The count where a process lives, and whether it has grown since somebody looked."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.look()

    def look(self) -> None:
        """Count from now on."""
        self._file = next(filter(Path.is_file, _files(self._pid)), None)
        self._before = self._count()

    @property
    def grown(self) -> bool:
        """Whether the kernel has killed since. It counts before it kills."""
        return self._count() > self._before

    def _count(self) -> int:
        try:
            lines = self._file.read_text().splitlines() if self._file else []
        except OSError:  # the group went with its process
            return 0
        return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))


def _files(pid: int) -> Iterator[Path]:
    """Where the count may stand, the most exact place first."""
    places = Path(f"/proc/{pid}/cgroup")
    for line in places.read_text().splitlines() if places.exists() else []:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            yield GROUPS / path[1:] / "memory.events"
        elif "memory" in controllers.split(","):  # the older kind of control groups
            yield GROUPS / "memory" / path[1:] / "memory.oom_control"
    yield Path("/proc/vmstat")  # of the whole machine
