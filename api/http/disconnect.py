"""Noticing that the client of a request has left, for what nobody else would wait for."""

import asyncio
from collections.abc import Coroutine

from fastapi import Request

from api.middleware.fairness import end_turn


async def until_left(request: Request) -> None:
    """Wait until the client of a request that was read has left.

    It is asked once: each time lets the server read on from the connection, where more requests may wait.
    """
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def while_connected(request: Request, work: Coroutine[object, object, None]) -> None:
    """Wait by this work, to its end or until the client leaves, while other requests have their turns."""
    end_turn()
    tasks = asyncio.create_task(work), asyncio.create_task(until_left(request))
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
