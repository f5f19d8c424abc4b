"""One trainer process, seen from its parent."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from queue import Empty, Full, Queue

from hub.signals import signal_name
from worker.oom import OutOfMemoryKills
from worker.trainer.protocol import REPORTS, Command, Idle, Ready, Report, Stop, Train, line

ROOT = Path(__file__).parent.parent
READY_SECONDS = 120.0
"""Importing torch from a cold disk takes its time."""
SETTLE_SECONDS, MOST_SETTLE_SECONDS = 5.0, 60.0
"""How long a trainer that is silent may take to let go of a job, and one that gets on."""
UNREAD = 1000
"""Reports in memory; more stay in the pipe, and the trainer waits."""

CACHES = {"LRU_CACHE_CAPACITY": "256", "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "256"}
"""Most products that oneDNN keeps compiled. Left alone it keeps a thousand of each kind, and a process that has seen
many shapes of networks grows by hundreds of megabytes."""
PASSIVE = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0", "KMP_BLOCKTIME": "0"}
"""Threads that wait give their core away: spinning ones make epochs five times slower beside a busy API."""


class TrainerLost(Exception):
    """The trainer's process is gone."""


class OutOfMemory(TrainerLost):
    """The kernel killed it because memory ran out."""


class TrainerProcess:
    """A spawned process with a pipe in each direction. It dies with its parent."""

    def __init__(self, threads: int, device: str, memory: float | None = None) -> None:
        """`memory` is what it may take on a CPU, in GiB."""
        bound = [] if memory is None else [f"--memory={memory}"]
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "worker.trainer", f"--threads={threads}", f"--device={device}", *bound],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, **CACHES, **PASSIVE, "OMP_NUM_THREADS": str(threads)},  # before torch is imported
            start_new_session=True,  # a Ctrl-C is for the parent, which hands the work back first
        )
        self._kills = OutOfMemoryKills(self._process.pid)
        self._inbox: Queue[Report | TrainerLost | None] = Queue(UNREAD)
        threading.Thread(target=self._read, name="reports", daemon=True).start()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    def wait_until_ready(self) -> str:
        """The device on which it trains.

        Raises:
            TrainerLost: it ended before it was ready.
        """
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            report = self.receive(1.0)
            if isinstance(report, Ready):
                return report.device
        self.kill()
        raise TrainerLost(f"the trainer was not ready after {READY_SECONDS:.0f} s")

    def send(self, command: Command) -> None:
        """Send one command.

        Raises:
            TrainerLost: there is nobody to hear it.
        """
        assert self._process.stdin is not None
        if isinstance(command, Train):
            self._kills.look()
        try:
            self._process.stdin.write(line(command))
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._loss() from None

    def receive(self, timeout: float) -> Report | None:
        """The next report; None after so many seconds, and whenever woken.

        Raises:
            TrainerLost: there will be no more.
        """
        try:
            report = self._inbox.get(timeout=timeout)
        except Empty:
            return None
        if isinstance(report, TrainerLost):
            self._inbox.put(report)  # it stays lost
            raise report
        return report

    def wake(self) -> None:
        """Let `receive` return now, whichever thread waits in it."""
        with suppress(Full):  # then it does not wait anyway
            self._inbox.put_nowait(None)

    def settle(self, ids: Iterable[str], hear: Callable[[Report], None]) -> None:
        """Make it let go of its job, these experiments of which still train, and hear what it still reports; it is
        killed if it does not, or if it is worn.

        Raises:
            TrainerLost: it did not, or died.
        """
        self.send(Stop(ids=tuple(ids)))
        began = heard = time.monotonic()
        while (now := time.monotonic()) - heard < SETTLE_SECONDS and now - began < MOST_SETTLE_SECONDS:
            report = self.receive(0.1)
            if isinstance(report, Idle):
                return self.kill() if report.worn else None
            if report is not None:
                heard = time.monotonic()
                hear(report)
        self.kill()
        raise TrainerLost("the trainer did not stop and was killed")

    def kill(self) -> None:
        """End the process now."""
        assert self._process.stdin is not None
        self._process.kill()
        self._process.wait()
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        with suppress(TrainerLost):
            while True:  # the reader may wait for room
                self.receive(1.0)

    def _read(self) -> None:
        assert self._process.stdout is not None
        try:
            with self._process.stdout as reports:
                for report in reports:
                    self._inbox.put(REPORTS.validate_json(report))
        finally:  # also when it said what cannot be understood
            self._process.kill()
            self._inbox.put(self._loss())

    def _loss(self) -> TrainerLost:
        code = self._process.wait()
        if code >= 0:
            return TrainerLost(f"the trainer's process ended with exit code {code}")
        if code == -signal.SIGKILL and self._kills.grown:
            return OutOfMemory("the memory does not suffice: the system killed the trainer's process")
        return TrainerLost(f"the trainer's process was killed by {signal_name(-code)}")
