"""What every route holds in its hands, built once for each application."""

from dataclasses import dataclass
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Request

from api.door import Door
from api.held_open import HeldOpen
from api.streams import Streams
from api.tail import Tail
from api.telemetry import Telemetry
from api.turns import Turns
from hub.hub import Hub


@dataclass(frozen=True)
class World:
    """The hub, the tail of its event log and who follows it, what is counted, who is let in, and who may write out a
    sweep."""

    hub: Hub
    tail: Tail
    streams: Streams
    held_open: HeldOpen
    large_reads: CapacityLimiter
    """Threads that read thousands of rows for one answer: they leave the other requests theirs."""
    telemetry: Telemetry
    door: Door
    turns: Turns


async def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


TheWorld = Annotated[World, Depends(_world)]
