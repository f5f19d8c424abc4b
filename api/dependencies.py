"""A request's turn to write out a sweep, which ends when its client leaves."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from api.expansion_slots import ExpansionSlot
from api.http.disconnect import until_left
from api.http.request_body import JsonBody
from api.state import StateDep


async def _slot(request: Request, _: JsonBody, state: StateDep) -> AsyncIterator[ExpansionSlot]:
    """Once the body is here: who sends one slowly keeps nobody waiting."""
    async with state.expansion_slots.next() as slot:
        watching = asyncio.create_task(watch(request, slot))
        try:
            yield slot
        finally:
            watching.cancel()


async def watch(request: Request, slot: ExpansionSlot) -> None:
    """Leave the turn when the client of a request that was read has left."""
    await until_left(request)
    slot.leave()


ExpansionSlotDep = Annotated[ExpansionSlot, Depends(_slot, scope="function")]
