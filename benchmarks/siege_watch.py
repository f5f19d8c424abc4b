"""Measures the effect of an attack on other clients, from a separate process."""

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
    """The measurements of one attack."""

    memory: float = 0.0
    """Peak resident memory, MiB."""
    health: float = 0.0
    """The slowest response of `/healthz`, seconds."""
    other: float = 0.0
    """The slowest request of another workspace, seconds."""
    failed: int = 0
    """Number of requests of both kinds that were refused, reset or timed out."""
    asked: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __getstate__(self) -> dict[str, object]:
        return {key: value for key, value in vars(self).items() if key != "_lock"}


def memory(pid: int) -> float:
    """Resident memory in MiB; 0 for a process that has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def watch(target: Target, pid: int, wire: Connection) -> None:
    """Send requests and measure until told to stop; then send the measurements."""
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
