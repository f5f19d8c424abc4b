"""The doorbell of questions: wakes the requests that wait for an answer."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

POLL_SECONDS = 1.0
"""A lost pub/sub message delays an answer by at most this long."""


class Doorbell:
    """Requests that wait for answers, by the question's id. Not thread-safe: use it on the event loop only."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._stopped = False

    def ring(self, question_id: str) -> None:
        """Wake the requests that wait for this question. Other ids have no effect."""
        for bell in self._waiting.get(question_id, ()):
            bell.set()

    def stop(self) -> None:
        """Wake all requests and end their waits: the process shuts down."""
        self._stopped = True
        for question_id in self._waiting:
            self.ring(question_id)

    async def wait(self, question_id: str, seconds: float, ready: Callable[[], Awaitable[bool]]) -> None:
        """Wait until `ready` returns true, at most `seconds`."""
        bell, deadline = asyncio.Event(), asyncio.get_running_loop().time() + seconds
        self._waiting[question_id].add(bell)
        try:
            while not self._stopped and not await ready():
                left = deadline - asyncio.get_running_loop().time()
                if left <= 0:
                    return
                try:
                    async with asyncio.timeout(min(left, POLL_SECONDS)):
                        await bell.wait()
                except TimeoutError:
                    pass
                bell.clear()
        finally:
            self._waiting[question_id].discard(bell)
            if not self._waiting[question_id]:
                del self._waiting[question_id]
