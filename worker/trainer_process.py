"""A trainer process, as its parent, the worker, controls it."""

import signal
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from queue import Empty, Full, Queue

from hub.signals import signal_name
from worker.launch import launch, survives_fork
from worker.oom import OutOfMemoryKills
from worker.programs import TRAINER
from worker.trainer.protocol import REPORTS, Command, Idle, Ready, Report, Stop, Train, line

READY_SECONDS = 120.0
"""Timeout for the start. Importing torch from a cold disk is slow."""
STOP_SILENCES = 12.0
"""Timeout for stopping a job with reports in between, as a multiple of the timeout without any report."""
MAX_UNREAD = 1000
"""Unread reports in memory; when it is full, reports stay in the pipe and the trainer blocks."""


class TrainerLost(Exception):
    """The trainer process has ended or was killed."""


class OutOfMemory(TrainerLost):
    """The kernel killed the trainer because the machine, or its control group, was out of memory."""


class TrainerProcess:
    """A subprocess with a pipe in each direction. It exits when its parent does."""

    def __init__(self, device: str, memory: float | None = None) -> None:
        """`memory` is the memory limit in GiB; it applies only on a CPU."""
        limit = [] if memory is None else [f"--memory={memory}"]
        arguments = [f"--device={device}", *limit]
        self._process = launch(TRAINER, arguments, forked=survives_fork(device))
        self._kills = OutOfMemoryKills(self._process.pid)
        self._inbox: Queue[Report | TrainerLost | None] = Queue(MAX_UNREAD)
        threading.Thread(target=self._read, name="reports", daemon=True).start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def wait_until_ready(self) -> str:
        """Wait for the trainer's start; returns its device.

        Raises:
            TrainerLost: the trainer ended, or was not ready in time.
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
            TrainerLost: the trainer has ended.
        """
        assert self._process.stdin is not None
        if isinstance(command, Train):
            self._kills.reset()
        try:
            self._process.stdin.write(line(command))
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._loss() from None

    def receive(self, timeout: float) -> Report | None:
        """The next report; None after the timeout (seconds) or a call of `wake`.

        Raises:
            TrainerLost: the trainer has ended, and all its reports were read.
        """
        try:
            report = self._inbox.get(timeout=timeout)
        except Empty:
            return None
        if isinstance(report, TrainerLost):
            self._inbox.put(report)  # for later calls
            raise report
        return report

    def wake(self) -> None:
        """Make `receive` return at once, in whichever thread it waits."""
        with suppress(Full):  # then `receive` does not wait anyway
            self._inbox.put_nowait(None)

    def finish_job(self, ids: Iterable[str], on_report: Callable[[Report], None], silence: float) -> None:
        """Stop the job and wait until the trainer is idle. `ids` are the experiments that still train; `on_report` gets
        the remaining reports. Kills a trainer that asks to be replaced, or is silent for `silence` seconds.

        Raises:
            TrainerLost: the trainer ended, or did not stop in time and was killed.
        """
        self.send(Stop(ids=tuple(ids)))
        began = reported_at = time.monotonic()
        while (now := time.monotonic()) - reported_at < silence and now - began < STOP_SILENCES * silence:
            report = self.receive(0.1)
            if isinstance(report, Idle):
                return self.kill() if report.worn else None
            if report is not None:
                reported_at = time.monotonic()
                on_report(report)
        self.kill()
        raise TrainerLost("the trainer did not stop and was killed")

    def kill(self) -> None:
        """Kill the process and wait for its end."""
        assert self._process.stdin is not None
        self._process.kill()
        self._process.wait()
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        with suppress(TrainerLost):
            while True:  # empty the inbox: the reader thread may be blocked on it
                self.receive(1.0)

    def _read(self) -> None:
        assert self._process.stdout is not None
        try:
            with self._process.stdout as reports:
                for report in reports:
                    self._inbox.put(REPORTS.validate_json(report))
        finally:  # also after a report that could not be parsed
            self._process.kill()
            self._inbox.put(self._loss())

    def _loss(self) -> TrainerLost:
        code = self._process.wait()
        if code >= 0:
            return TrainerLost(f"the trainer process ended with exit code {code}")
        if code == -signal.SIGKILL and self._kills.grown:
            return OutOfMemory("out of memory: the system killed the trainer process")
        return TrainerLost(f"the trainer process was killed by {signal_name(-code)}")
