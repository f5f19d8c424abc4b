"""Detects that the client of a request has disconnected, so that work for it can stop."""

import asyncio
from collections.abc import Coroutine

from fastapi import Request

from api.middleware.fairness import end_turn


async def until_disconnected(request: Request) -> None:
    """Wait until the client disconnects. The request's body must have been read.

    Call this once per request: each call lets the server read further from the connection, where more requests may
    wait.
    """
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def while_connected(request: Request, work: Coroutine[object, object, None]) -> None:
    """Wait for `work` until it ends or the client disconnects. Other requests may run in the meantime."""
    end_turn()
    tasks = asyncio.create_task(work), asyncio.create_task(until_disconnected(request))
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
