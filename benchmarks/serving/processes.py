"""Memory and processor time of the processes that answer at a port."""

import os
from contextlib import suppress
from pathlib import Path


def memory(port: int) -> float:
    """Resident memory of the processes, in MiB."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in listening(port))
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def processor_seconds(port: int) -> float:
    """Processor time of all threads of the processes since their start, in seconds."""
    paths = [path for pid in listening(port) for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(int(path.read_text().split()[0]) for path in paths) / 1e9


def listening(port: int) -> set[int]:
    """The processes that listen on a port, found by their open sockets."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sockets = {f"socket:[{line[9]}]" for line in lines if line[1].endswith(f":{port:04X}") and line[3] == "0A"}
    found = set()
    for path in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if str(path.readlink()) in sockets:
                found.add(int(path.parts[2]))
    return found
