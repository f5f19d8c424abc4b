"""The start position of streams, and long polling."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from api.services import datasets
from api.services.lookup import EXPERIMENTS
from api.streaming.broadcaster import Broadcaster
from api.streaming.subscriber import Subscriber
from gradus.status import EventKind, Status
from hub.experiments import events
from hub.hub import Hub

END = frozenset({EventKind.END})
PROGRESS = frozenset({EventKind.EPOCH, EventKind.END})


@dataclass(frozen=True)
class Start:
    """The position at which a stream starts."""

    after: int
    over: bool = False
    """Whether the log has ended and nothing follows."""


def start_of_one(hub: Hub, workspace_id: str, experiment_id: str, after: int) -> Start:
    """The start of an experiment's stream. A number beyond the end of its log counts as the end.

    Raises:
        NotFound: the workspace has no experiment with this id.
    """
    with hub.read() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        after = min(after, row.events)
        return Start(after, over=after == row.events and Status(row.status).final)


def start_of_dataset(hub: Hub, workspace_id: str, id_or_name: str, after: int) -> tuple[str, Start]:
    """The id of a data set, and the start of its stream.

    Raises:
        NotFound: the workspace sees no such data set.
    """
    with hub.read() as session:
        row = datasets.found(session, workspace_id, id_or_name)
        after = min(after, row.events)
        return row.id, Start(after, over=after == row.events and row.status != "reading")


def start_of_all(hub: Hub, workspace_id: str, after: int | None) -> Start:
    """The start of a workspace's stream: the newest event, if the client names no event."""
    with hub.read() as session:
        newest = events.newest_of_workspace(session, workspace_id)
    return Start(newest if after is None else min(after, newest))


async def wait_until(
    broadcaster: Broadcaster,
    experiment_id: str,
    kinds: frozenset[EventKind],
    seconds: float,
    ready: Callable[[], Awaitable[bool]],
) -> None:
    """Wait until `ready` returns true, at most `seconds`. `ready` is called again after each event of these kinds."""
    deadline = asyncio.get_running_loop().time() + seconds
    with broadcaster.subscribed(experiment_id) as subscriber:
        while not broadcaster.stopped:
            subscriber.clear()
            if await ready() or not await _next_relevant_event(broadcaster, subscriber, kinds, deadline):
                return


async def _next_relevant_event(
    broadcaster: Broadcaster, subscriber: Subscriber, kinds: frozenset[EventKind], deadline: float
) -> bool:
    """Whether an event of these kinds, or an overflow, came before the deadline."""
    while not broadcaster.stopped:
        seconds_left = deadline - asyncio.get_running_loop().time()
        new_events = await subscriber.next_events(seconds_left) if seconds_left > 0 else []
        if subscriber.overflowed or any(event.kind in kinds for event in new_events):
            return True
        if not new_events:
            return False
    return False
