"""One listener's queue of notes. It is bounded: who is too slow reads the database again."""

import asyncio

from api.streaming.log_event import Note

CAPACITY, CAPACITY_BYTES = 256, 64 << 10
"""Notes, and characters of them."""


class Ear:
    """Belongs to the event loop; no other thread may touch it."""

    def __init__(self) -> None:
        self.overflown = False
        """Notes were dropped since the last `clear`: the database has them."""
        self._notes: list[Note] = []
        self._size = 0
        self._awake = asyncio.Event()

    def tell(self, note: Note) -> None:
        """Queue a note, or drop all if there are too many."""
        if self.overflown:
            return
        self._notes.append(note)
        self._size += len(note.envelope)
        if len(self._notes) > CAPACITY or (self._size > CAPACITY_BYTES and len(self._notes) > 1):
            self.miss()
        self._awake.set()

    def miss(self) -> None:
        """Let whoever listens read the database: there may be what was never told."""
        self._notes.clear()
        self.overflown = True
        self._awake.set()

    def wake(self) -> None:
        """End the wait of whoever listens."""
        self._awake.set()

    def clear(self) -> None:
        """Forget what was heard, before the database is read."""
        self._notes.clear()
        self._size = 0
        self.overflown = False
        self._awake.clear()

    async def hear(self, seconds: float) -> list[Note]:
        """What was told since the last time, as soon as there is something; nothing after so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._awake.wait()
        except TimeoutError:
            return []
        self._awake.clear()
        notes, self._notes, self._size = self._notes, [], 0
        return notes
