"""What every route holds in its hands, built once for each application."""

from dataclasses import dataclass
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Request

from api.auth.authentication import Door
from api.expansion_slots import Turns
from api.prometheus import Telemetry
from api.streaming.broadcaster import Tail
from api.streaming.open_requests import HeldOpen
from api.streaming.shared_reads import SharedReads
from api.streaming.streams import Streams
from hub.hub import Hub


@dataclass(frozen=True)
class World:
    """The hub, the tail of its event log and who follows it, what is counted, who is let in, and who may write out a
    sweep."""

    hub: Hub
    tail: Tail
    streams: Streams
    held_open: HeldOpen
    looks: SharedReads
    """Short reads that requests which stay open make again and again: is there something new, is the key still good."""
    large_reads: CapacityLimiter
    """Threads that read thousands of rows for one answer: they leave the other requests theirs."""
    telemetry: Telemetry
    door: Door
    turns: Turns


async def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


TheWorld = Annotated[World, Depends(_world)]
