"""Reads that many ask for at once, made once for all of them.

Hundreds of streams of one experiment that are opened together want the same page. If each read it for itself, the same
rows would be computed hundreds of times, in threads that hold up the event loop.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, TypeVarTuple

from anyio import CapacityLimiter, to_thread

Arguments = TypeVarTuple("Arguments")
Answer = TypeVar("Answer")


@dataclass(eq=False)
class _Read:
    """One that has not begun, and how many wait for its answer."""

    task: asyncio.Task[Any]
    waiting: int = 0


class SharedReads:
    """So many at once, each in a thread. Belongs to the event loop."""

    def __init__(self, at_once: int) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._threads = CapacityLimiter(at_once)  # of their own: no other request waits for one, nor these for others
        self._not_begun: dict[object, _Read] = {}

    async def ask(self, read: Callable[[*Arguments], Answer], *arguments: *Arguments) -> Answer:
        """What `read` returns for these arguments, on which alone it depends, and on the database.

        It begins after this call, so it sees everything that was committed before. Whoever asks for the same before it
        begins shares its answer.
        """
        question = (read, *arguments)
        wanted = self._not_begun.get(question) or self._add(question, partial(read, *arguments))
        wanted.waiting += 1
        try:
            answer: Answer = await asyncio.shield(wanted.task)
        finally:
            wanted.waiting -= 1
            if not wanted.waiting and self._not_begun.get(question) is wanted:
                del self._not_begun[question]
                wanted.task.cancel()
        return answer

    def _add(self, question: object, read: Callable[[], object]) -> _Read:
        wanted = _Read(asyncio.create_task(self._run(question, read)))
        self._not_begun[question] = wanted
        return wanted

    async def _run(self, question: object, read: Callable[[], object]) -> object:
        async with self._turns:
            del self._not_begun[question]
            return await to_thread.run_sync(read, limiter=self._threads)
