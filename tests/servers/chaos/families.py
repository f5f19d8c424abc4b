"""Processes and their children, as the kernel knows them."""

from pathlib import Path


def children(pid: int) -> list[int]:
    """The processes that this one started; none if it is gone."""
    found: list[int] = []
    try:
        for thread in Path(f"/proc/{pid}/task").glob("*/children"):
            found += map(int, thread.read_text().split())
    except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        return []
    return found


def family(pid: int) -> list[int]:
    """The process, and all below it."""
    return [pid, *(one for child in children(pid) for one in family(child))]


def arguments(pid: int) -> list[str]:
    """Its command line; empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def program_name(pid: int) -> str:
    """The name that `top` shows; empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""
