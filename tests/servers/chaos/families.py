"""Processes and their descendants, as the kernel knows them."""

from pathlib import Path


def children(pid: int) -> list[int]:
    """The children of a process; none if it has ended."""
    found: list[int] = []
    try:
        for thread in Path(f"/proc/{pid}/task").glob("*/children"):
            found += map(int, thread.read_text().split())
    except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        return []
    return found


def family(pid: int) -> list[int]:
    """The process and all its descendants."""
    return [pid, *(one for child in children(pid) for one in family(child))]


def arguments(pid: int) -> list[str]:
    """The command line of a process; empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def program_name(pid: int) -> str:
    """The name that `top` shows for a process; empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""
