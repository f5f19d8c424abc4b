"""A request's turn to write out a sweep, which ends when its client leaves."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from api.expansion_slots import Turn
from api.http.disconnect import until_left
from api.http.request_body import JsonBody
from api.state import TheWorld


async def _turn(request: Request, _: JsonBody, world: TheWorld) -> AsyncIterator[Turn]:
    """Once the body is here: who sends one slowly keeps nobody waiting."""
    async with world.turns.next() as turn:
        watching = asyncio.create_task(watch(request, turn))
        try:
            yield turn
        finally:
            watching.cancel()


async def watch(request: Request, turn: Turn) -> None:
    """Leave the turn when the client of a request that was read has left."""
    await until_left(request)
    turn.leave()


TheTurn = Annotated[Turn, Depends(_turn, scope="function")]
