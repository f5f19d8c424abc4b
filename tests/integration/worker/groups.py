"""Control groups of the kernel that limit a process's memory, where this process may create them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from tests.integration.worker.processes import until

ROOT = Path("/sys/fs/cgroup")
OLDER = ROOT / "memory"
"""The folder of control groups for memory, if the system has version 1 of control groups."""


def can_bound_memory() -> bool:
    """Whether `bounded_memory` works on this machine."""
    newer = (ROOT / "cgroup.subtree_control").is_file() and "memory" in (ROOT / "cgroup.subtree_control").read_text()
    return os.access(OLDER if OLDER.is_dir() else ROOT, os.W_OK) and (OLDER.is_dir() or newer)


@contextmanager
def bounded_memory(pid: int, size: int) -> Iterator[None]:
    """Let the kernel kill the process if it takes more than this memory."""
    older = OLDER.is_dir()
    group = (OLDER if older else ROOT) / f"gradus-{uuid4().hex}"
    group.mkdir()
    (group / ("memory.limit_in_bytes" if older else "memory.max")).write_text(str(size))
    (group / "cgroup.procs").write_text(str(pid))
    try:
        yield
    finally:
        until(lambda: not (group / "cgroup.procs").read_text())
        group.rmdir()
