"""The dependency that gives a request an expansion slot, and gives up the slot when the client disconnects."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from api.expansion_slots import ExpansionSlot
from api.http.disconnect import until_disconnected
from api.http.request_body import JsonBody
from api.state import StateDep


async def _slot(request: Request, _: JsonBody, state: StateDep) -> AsyncIterator[ExpansionSlot]:
    """Take a slot only when the body has arrived: a client that sends its body slowly must not hold a slot."""
    async with state.expansion_slots.next() as slot:
        watch_task = asyncio.create_task(watch(request, slot))
        try:
            yield slot
        finally:
            watch_task.cancel()


async def watch(request: Request, slot: ExpansionSlot) -> None:
    """Give up the slot when the client disconnects. The request's body must have been read."""
    await until_disconnected(request)
    slot.leave()


ExpansionSlotDep = Annotated[ExpansionSlot, Depends(_slot, scope="function")]
