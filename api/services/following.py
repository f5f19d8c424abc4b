"""Where a stream begins, and waiting for something to happen."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

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
    """Where a stream goes on."""

    after: int
    over: bool = False
    """Whether nothing will follow."""


def start_of_one(hub: Hub, workspace_id: str, experiment_id: str, after: int) -> Start:
    """Where the stream of an experiment goes on; a number beyond the end of its log counts as the end.

    Raises:
        NotFound: there is no such experiment.
    """
    with hub.read() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        after = min(after, row.events)
        return Start(after, over=after == row.events and Status(row.status).final)


def start_of_all(hub: Hub, workspace_id: str, after: int | None) -> Start:
    """Where the stream over everything of a workspace goes on; now, if the client has seen nothing yet."""
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
    """Wait until `ready`, which is asked again after each event of these kinds, but no longer than so many seconds."""
    deadline = asyncio.get_running_loop().time() + seconds
    with broadcaster.subscribed(experiment_id) as subscriber:
        while not broadcaster.stopped:
            subscriber.clear()
            if await ready() or not await _told(broadcaster, subscriber, kinds, deadline):
                return


async def _told(broadcaster: Broadcaster, subscriber: Subscriber, kinds: frozenset[EventKind], deadline: float) -> bool:
    """Whether, before the deadline, something came that is worth another look."""
    while not broadcaster.stopped:
        left = deadline - asyncio.get_running_loop().time()
        notes = await subscriber.next_events(left) if left > 0 else []
        if subscriber.overflowed or any(note.kind in kinds for note in notes):
            return True
        if not notes:
            return False
    return False
