"""Shared reads: concurrent requests for the same data share one database read.

Hundreds of streams of one experiment that open together need the same page. Without sharing, the same rows would be
read and encoded hundreds of times, in threads that slow the event loop down.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, TypeVarTuple

from anyio import CapacityLimiter, to_thread

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")


@dataclass(eq=False)
class _Read:
    """A read that has not started, and the number of callers waiting for its result."""

    task: asyncio.Task[Any]
    waiting: int = 0


class SharedReads:
    """Runs at most `at_once` reads at a time, each in a thread. Not thread-safe: use it on the event loop only."""

    def __init__(self, at_once: int) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._threads = CapacityLimiter(at_once)  # separate threads: other requests neither wait nor are waited for
        self._pending: dict[object, _Read] = {}

    async def ask(self, read: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        """Return the result of `read(*arguments)`, which may depend only on its arguments and on the database.

        The read starts after this call, so it sees everything committed before. All callers who ask for the same read
        before it starts share its result.
        """
        key = (read, *arguments)
        pending = self._pending.get(key) or self._add(key, partial(read, *arguments))
        pending.waiting += 1
        try:
            result: Result = await asyncio.shield(pending.task)
        finally:
            pending.waiting -= 1
            if not pending.waiting and self._pending.get(key) is pending:
                del self._pending[key]
                pending.task.cancel()
        return result

    def _add(self, key: object, read: Callable[[], object]) -> _Read:
        pending = _Read(asyncio.create_task(self._run(key, read)))
        self._pending[key] = pending
        return pending

    async def _run(self, key: object, read: Callable[[], object]) -> object:
        async with self._slots:
            del self._pending[key]
            return await to_thread.run_sync(read, limiter=self._threads)
