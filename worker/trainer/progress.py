"""Progress pulses, by which the worker detects a hang. The training loop itself sends them, so a loop that hangs sends
none."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from typing import TypeVar

from worker.trainer.protocol import Pulse

MAX_WAIT_SECONDS = 3600.0
"""How long the loop sends pulses while it waits for a store or a data set, which have timeouts of their own; another
trainer would have to wait as well. After that the trainer counts as hanging."""

Result = TypeVar("Result")
Clock = Callable[[], float]


class Progress:
    """Sends a pulse when the loop makes progress, at most one per `interval` (seconds)."""

    def __init__(self, send: Callable[[Pulse], None], interval: float, clock: Clock = time.monotonic) -> None:
        self._send_pulse, self._interval, self._clock = send, interval, clock
        self._longest = 0.0
        self._last_beat = self._last_pulse = self._renewed_at = clock()

    def expect(self, seconds: float) -> None:
        """Announce the estimated duration of the next piece of work."""
        self._longest = max(self._longest, seconds)
        self._send(self._clock())

    def beat(self) -> None:
        """Record that a piece of work is done. The longest time between two calls is sent with each pulse."""
        now = self._clock()
        self._longest = max(self._longest, now - self._last_beat)
        self._last_beat = now
        if now - self._last_pulse >= self._interval:
            self._send(now)

    def wait(self, future: "Future[Result]") -> Result:
        """Wait for a future and send pulses meanwhile. The wait does not count as a piece of work."""
        self.renew()
        while not future.done() and self._clock() - self._renewed_at < MAX_WAIT_SECONDS:
            self._send(self._clock())
            wait_for([future], self._interval)
        result = future.result()
        self._last_beat = self._clock()
        return result

    def wait_for(self, work: Callable[[], Result]) -> Result:
        """Do work on another thread, and send pulses until it is done; returns its result."""
        with ThreadPoolExecutor(1, "waited-for") as executor:
            return self.wait(executor.submit(work))

    def renew(self) -> None:
        """Restart the time limit of a wait: the work made progress, or is retried."""
        self._renewed_at = self._clock()

    def sleep(self, seconds: float) -> None:
        """Sleep before a retry of the work that is waited for."""
        self.renew()
        time.sleep(seconds)

    def _send(self, now: float) -> None:
        self._last_pulse = now
        self._send_pulse(Pulse(longest=self._longest))
