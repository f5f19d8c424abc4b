"""The free slots. Slots that have been free for long have no trainer."""

import threading
import time
from collections.abc import Callable, Sequence

from worker.slot import Slot

REST_SECONDS = 60.0
"""Trainers that have had no job for this long end, except for one. A new trainer starts when it is needed: within some
hundredths of a second where there is a fork server, else within the seconds that importing torch takes."""


class FreeSlots:
    """Gives out the slot that was used last: its trainer is warm, and still has the data."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._free: list[tuple[Slot, float]] = []  # the one that was used last is at the end
        self._change = threading.Condition()

    def __bool__(self) -> bool:
        return bool(self._free)

    def put(self, slot: Slot) -> None:
        """Add a slot that has become free."""
        with self._change:
            self._free.append((slot, self._clock()))
            self._change.notify()

    def take(self) -> Slot:
        """Take a slot; waits for one."""
        with self._change:
            self._change.wait_for(lambda: self._free)
            return self._free.pop()[0]

    def rest(self, kept: int = 1) -> None:
        """End the trainers of slots that have been free for long, except for the `kept` that were used last."""
        for slot in self._take_idle(kept):
            slot.close()
            with self._change:
                self._free.insert(0, (slot, 0.0))
                self._change.notify()

    def _take_idle(self, kept: int) -> Sequence[Slot]:
        """Take the slots whose trainers are to end, so that no job can get them meanwhile."""
        before = self._clock() - REST_SECONDS
        with self._change:
            warm = [(slot, since) for slot, since in self._free if slot.is_warm]
            idle = [slot for slot, since in warm[: len(warm) - kept] if since < before]
            self._free = [(slot, since) for slot, since in self._free if slot not in idle]
        return idle
