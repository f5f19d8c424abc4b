"""What others notice of an attack, seen from a process of its own."""

import threading
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.siege_attacks import Target

PATIENCE = 10.0
EVERY = 0.1


@dataclass
class Seen:
    """Of one attack."""

    memory: float = 0.0
    """The most, resident, MiB."""
    health: float = 0.0
    """The slowest answer of `/healthz`, seconds."""
    other: float = 0.0
    """The slowest of another workspace's requests."""
    failed: int = 0
    """Of both: refused, reset, or not answered in time."""
    asked: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __getstate__(self) -> dict[str, object]:
        return {key: value for key, value in vars(self).items() if key != "_lock"}


def memory(pid: int) -> float:
    """Resident, MiB; 0 for a process that is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def watch(target: Target, pid: int, wire: Connection) -> None:
    """Ask and look until told that it is enough; sends what was seen."""
    seen, over = Seen(), threading.Event()
    asking = [
        threading.Thread(target=_ask, args=(target, path, key, seen, over))
        for path, key in (("/healthz", ""), ("/v1/experiments", target.other))
    ]
    for one in asking:
        one.start()
    wire.send("watching")
    while not wire.poll(0.05):
        seen.memory = max(seen.memory, memory(pid))
    over.set()
    for one in asking:
        one.join()
    wire.send(seen)


def _ask(target: Target, path: str, key: str, seen: Seen, over: threading.Event) -> None:
    while not over.wait(EVERY):
        began = time.monotonic()
        try:
            served = target.ask(path, key, PATIENCE) == 200
        except OSError:
            served = False
        seconds = time.monotonic() - began
        with seen._lock:
            seen.asked += 1
            seen.failed += not served
            if path == "/healthz":
                seen.health = max(seen.health, seconds)
            else:
                seen.other = max(seen.other, seconds)
