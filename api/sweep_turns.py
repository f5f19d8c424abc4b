"""A request's turn to write out a sweep, which ends when its client leaves."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from api.bodies import JsonBody
from api.turns import Turn
from api.world import TheWorld

_LOOK = 0.1
"""Seconds between two looks whether the client is still there."""


async def _turn(request: Request, _: JsonBody, world: TheWorld) -> AsyncIterator[Turn]:
    """Once the body is here: who sends one slowly keeps nobody waiting."""
    async with world.turns.next() as turn:
        watching = asyncio.create_task(_watch(request, turn))
        try:
            yield turn
        finally:
            watching.cancel()


async def _watch(request: Request, turn: Turn) -> None:
    while not await request.is_disconnected():
        await asyncio.sleep(_LOOK)
    turn.leave()


TheTurn = Annotated[Turn, Depends(_turn, scope="function")]
