"""What every route holds in its hands, built once for each application."""

from dataclasses import dataclass
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Request

from api.auth.authentication import Authenticator
from api.expansion_slots import ExpansionSlots
from api.prometheus import Telemetry
from api.streaming.broadcaster import Broadcaster
from api.streaming.open_requests import OpenRequests
from api.streaming.shared_reads import SharedReads
from api.streaming.streams import Streams
from hub.hub import Hub


@dataclass(frozen=True)
class AppState:
    """The hub, the tail of its event log and who follows it, what is counted, who is let in, and who may write out a
    sweep."""

    hub: Hub
    broadcaster: Broadcaster
    streams: Streams
    open_requests: OpenRequests
    looks: SharedReads
    """Short reads that requests which stay open make again and again: is there something new, is the key still good."""
    large_reads: CapacityLimiter
    """Threads that read thousands of rows for one answer: they leave the other requests theirs."""
    telemetry: Telemetry
    authenticator: Authenticator
    expansion_slots: ExpansionSlots


async def _state(request: Request) -> AppState:
    state: AppState = request.app.state.app_state
    return state


StateDep = Annotated[AppState, Depends(_state)]
