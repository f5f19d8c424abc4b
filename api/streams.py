"""Streams: first what the database has, then what the tail hears, each row once."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from api.forms import Form
from api.logs import PAGE, Log, LogGone
from api.notes import Note
from api.tail import RETRY_SECONDS, Tail
from hub.hub import Hub

T = TypeVar("T")
logger = logging.getLogger(__name__)


async def chunks(
    hub: Hub, tail: Tail, log: Log, after: int, form: Form, welcome: Callable[[], bool]
) -> AsyncIterator[bytes]:
    """The bytes of every row after `after`, until the log ends, the experiment is deleted or the process stops.

    Once in a heartbeat the stream asks whether its client is still welcome: a key may be revoked meanwhile.
    """
    ask_at = time.monotonic() + tail.heartbeat
    try:
        async for notes in batches(hub, tail, log, after):
            if time.monotonic() >= ask_at:
                if not await _answer(welcome):
                    yield form.comment("the key is no longer good")
                    return
                ask_at = time.monotonic() + tail.heartbeat
            yield b"".join(log.encode(note, form) for note in notes) or form.heartbeat
    except LogGone:
        yield form.comment("the experiment was deleted")
    if tail.stopped:
        yield form.comment("the service stops; come back with Last-Event-ID")


async def batches(hub: Hub, tail: Tail, log: Log, after: int) -> AsyncIterator[Sequence[Note]]:
    """Notes with growing numbers, as they come; an empty batch once in a heartbeat, whether any came or not."""
    with tail.listening(log.key) as ear:
        beat = time.monotonic() + tail.heartbeat
        behind, over = True, False  # behind: the database may have rows that were not heard
        while not tail.stopped:
            if behind:
                ear.clear()
                notes = await _read(hub, log, after)
                behind = len(notes) == PAGE
            else:
                notes = await ear.hear(max(0.0, beat - time.monotonic()))
                behind = not notes  # after an overflow, and once in a heartbeat to be sure
                if behind and not ear.overflown:
                    yield ()
                    beat = time.monotonic() + tail.heartbeat
            if fresh := [note for note in notes if log.number(note) > after]:
                after, over = log.number(fresh[-1]), log.ends_with(fresh[-1])
                yield fresh
            if over and not behind:
                return


async def _read(hub: Hub, log: Log, after: int) -> Sequence[Note]:
    """The next rows."""
    return await _answer(lambda: log.read(hub, after))


async def _answer(ask: Callable[[], T]) -> T:
    """What the database says, as soon as it answers."""
    while True:
        try:
            return await run_in_threadpool(ask)
        except SQLAlchemyError as error:
            logger.warning("a stream waits for the database: %s", error)
            await asyncio.sleep(RETRY_SECONDS)
