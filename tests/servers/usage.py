"""The memory and processor time of a process."""

import os
from pathlib import Path

MIB = 2**20


def resident(pid: int) -> float:
    """MiB of memory that a process holds, including files that it shares with others."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def processor_seconds(pid: int) -> float:
    """Processor time of all threads of a process so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak(pid: int) -> float:
    """The most MiB that a process has held since it began, or since the last `forget_the_peak`."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) / 1024


def forget_the_peak(pid: int) -> None:
    """Start measuring the peak of a process again."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def proportional(pid: int) -> float:
    """MiB of memory that a process holds. Memory that n processes share counts as an nth for each."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1024
