"""What this process may use of the machine: physical cores, and free memory."""

import math
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/")
_UNLIMITED = 2**60
"""Without a limit, control groups of version 1 contain a number greater than this."""


@dataclass(frozen=True)
class Machine:
    """What a process may use."""

    cores: int
    """Physical cores: two threads of one core share its arithmetic units, and gain nothing from each other."""
    cpus: int
    """Logical CPUs."""
    free_bytes: int | None
    """Free memory; None if the system does not report it."""


def this_machine(root: Path = ROOT) -> Machine:
    """What this process may use, within its affinity and its control group. Files are read below `root`."""
    cpus = affinity()
    return Machine(_cores(cpus, root), len(cpus), _free_bytes(root))


def affinity() -> frozenset[int]:
    """The logical CPUs on which the process may run."""
    return frozenset(os.sched_getaffinity(0) if sys.platform == "linux" else range(os.cpu_count() or 1))


def _cores(cpus: Iterable[int], root: Path) -> int:
    physical = {_siblings(cpu, root) for cpu in cpus}
    quota = _cpu_quota(root)
    return max(1, min(len(physical), math.ceil(quota)) if quota else len(physical))


def _siblings(cpu: int, root: Path) -> str:
    """An identifier of a logical CPU's physical core: the list of the core's logical CPUs."""
    listed = root / f"sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list"
    return text(listed) or str(cpu)


def _cpu_quota(root: Path) -> float | None:
    """Number of CPUs that the control groups allow the process; None without a limit."""
    limits = []
    for folder in _groups(root, "cpu"):
        quota, _, period = (text(folder / "cpu.max") or "").partition(" ")
        if not quota:
            quota, period = text(folder / "cpu.cfs_quota_us") or "", text(folder / "cpu.cfs_period_us") or ""
        with suppress(ValueError, ZeroDivisionError):  # "max", or no such file
            if (share := int(quota) / int(period)) > 0:  # -1: no limit
                limits.append(share)
    return min(limits, default=None)


def _free_bytes(root: Path) -> int | None:
    found = [] if (available := _available(root)) is None else [available]
    for folder in _groups(root, "memory"):
        for limit, used in (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")):
            with suppress(ValueError):
                if (most := int(text(folder / limit) or "")) < _UNLIMITED:
                    found.append(max(0, most - int(text(folder / used) or 0)))
    return min(found, default=None)


def _available(root: Path) -> int | None:
    for line in (text(root / "proc/meminfo") or "").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _groups(root: Path, controller: str) -> list[Path]:
    """The folders of the control groups that limit this process, from its own up to the root, of both versions."""
    folders = []
    for line in (text(root / "proc/self/cgroup") or "").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers and controller not in controllers.split(","):
            continue
        mount = root / "sys/fs/cgroup" / (controllers and controller)  # version 2 names no controllers
        own = mount / path.lstrip("/")
        folders += [own, *(parent for parent in own.parents if parent.is_relative_to(mount))]
    return folders


def text(file: Path) -> str | None:
    """The contents of a system file; None if it cannot be read."""
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        return None
