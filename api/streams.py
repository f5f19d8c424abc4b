"""Streams: first what the database has, then what the tail hears, each row once."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from api.forms import Form
from api.logs import PAGE, Log, LogGone
from api.notes import Note
from api.tail import RETRY_SECONDS, Tail
from hub.hub import Hub

logger = logging.getLogger(__name__)


async def chunks(hub: Hub, tail: Tail, log: Log, after: int, form: Form) -> AsyncIterator[bytes]:
    """The bytes of every row after `after`, until the log ends, the experiment is deleted or the process stops."""
    try:
        async for notes in batches(hub, tail, log, after):
            yield b"".join(log.encode(note, form) for note in notes) or form.heartbeat
    except LogGone:
        yield form.comment("the experiment was deleted")
    if tail.stopped:
        yield form.comment("the service stops; come back with Last-Event-ID")


async def batches(hub: Hub, tail: Tail, log: Log, after: int) -> AsyncIterator[Sequence[Note]]:
    """Notes with growing numbers, as they come; an empty batch whenever nothing came for a while."""
    with tail.listening(log.key) as ear:
        behind, over = True, False  # behind: the database may have rows that were not heard
        while not tail.stopped:
            if behind:
                ear.clear()
                notes = await _read(hub, log, after)
                behind = len(notes) == PAGE
            else:
                notes = await ear.hear(tail.heartbeat)
                behind = not notes  # after an overflow, and after a silence to be sure
                if behind and not ear.overflown:
                    yield ()
            if fresh := [note for note in notes if log.number(note) > after]:
                after, over = log.number(fresh[-1]), log.ends_with(fresh[-1])
                yield fresh
            if over and not behind:
                return


async def _read(hub: Hub, log: Log, after: int) -> Sequence[Note]:
    """The next rows, as soon as the database answers."""
    while True:
        try:
            return await run_in_threadpool(log.read, hub, after)
        except SQLAlchemyError as error:
            logger.warning("a stream waits for the database: %s", error)
            await asyncio.sleep(RETRY_SECONDS)
