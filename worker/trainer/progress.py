"""Signs that a run gets on: the loop that trains gives them itself, so that there are none when it hangs."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from typing import TypeVar

from worker.trainer.protocol import Pulse

PATIENCE = 3600.0
"""Seconds for which the loop waits for other things, a store or a data set, and says so: they have limits of their
own, and another trainer would wait for them as well. After that it counts as hanging."""

Result = TypeVar("Result")
Clock = Callable[[], float]


class Progress:
    """Sends a pulse when the loop gets on, but none sooner than some seconds after the last."""

    def __init__(self, say: Callable[[Pulse], None], every: float, clock: Clock = time.monotonic) -> None:
        self._say, self._every, self._clock = say, every, clock
        self._longest = 0.0
        self._last = self._said = self._renewed = clock()

    def expect(self, seconds: float) -> None:
        """The next piece of work may take so long, by an estimate."""
        self._longest = max(self._longest, seconds)
        self._send(self._clock())

    def beat(self) -> None:
        """A piece of work is done: what comes between two of these is what the longest is looked for in."""
        now = self._clock()
        self._longest = max(self._longest, now - self._last)
        self._last = now
        if now - self._said >= self._every:
            self._send(now)

    def wait(self, future: "Future[Result]") -> Result:
        """Its result, with pulses until it is there. How long that takes says nothing of the loop's own work."""
        self.renew()
        while not future.done() and self._clock() - self._renewed < PATIENCE:
            self._send(self._clock())
            wait_for([future], self._every)
        result = future.result()
        self._last = self._clock()
        return result

    def wait_for(self, work: Callable[[], Result]) -> Result:
        """What the work gives, done on a thread of its own while the loop waits."""
        with ThreadPoolExecutor(1, "waited-for") as aside:
            return self.wait(aside.submit(work))

    def renew(self) -> None:
        """What is waited for gets on, or is tried again."""
        self._renewed = self._clock()

    def sleep(self, seconds: float) -> None:
        """Before the next try of what is waited for."""
        self.renew()
        time.sleep(seconds)

    def _send(self, now: float) -> None:
        self._said = now
        self._say(Pulse(longest=self._longest))
