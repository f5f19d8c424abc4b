"""Reads that are made only once for all who request the same at the same time."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from api.streaming.shared_reads import SharedReads


class Database:
    """Answers only when the test permits it. The answer contains the number of reads so far."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.go_on = threading.Event()
        self._asking = threading.Lock()

    def read(self, what: str) -> tuple[str, int]:
        with self._asking:
            self.asked.append(what)
            reads = len(self.asked)
        assert self.go_on.wait(60)
        if what == "gone":
            raise LookupError
        return what, reads


async def until(ready: Callable[[], Any]) -> None:
    async with asyncio.timeout(60):
        while not ready():
            await asyncio.sleep(0.001)


def run(scene: Callable[[SharedReads, Database], Awaitable[None]], at_once: int = 1) -> None:
    database = Database()

    async def main() -> None:
        await scene(SharedReads(at_once), database)

    try:
        asyncio.run(main())
    finally:
        database.go_on.set()


def test_a_crowd_that_asks_the_same_costs_one_read() -> None:
    async def scene(reads: SharedReads, database: Database) -> None:
        database.go_on.set()
        answers = await asyncio.gather(*(reads.ask(database.read, "page") for _ in range(500)))
        assert answers == [("page", 1)] * 500

    run(scene)


def test_who_asks_after_a_read_has_begun_gets_the_next_one() -> None:
    """A commit after the beginning of the first read may be missing in its result."""

    async def scene(reads: SharedReads, database: Database) -> None:
        first = asyncio.create_task(reads.ask(database.read, "page"))
        await until(lambda: database.asked)
        later = [asyncio.create_task(reads.ask(database.read, "page")) for _ in range(100)]
        await asyncio.sleep(0)
        database.go_on.set()
        assert await first == ("page", 1)
        assert await asyncio.gather(*later) == [("page", 2)] * 100

    run(scene, at_once=2)


def test_so_many_are_read_at_once_and_in_the_order_in_which_they_were_asked() -> None:
    async def scene(reads: SharedReads, database: Database) -> None:
        asked = [asyncio.create_task(reads.ask(database.read, name)) for name in "abcab"]
        await until(lambda: len(database.asked) == 2)
        await asyncio.sleep(0.01)
        assert sorted(database.asked) == ["a", "b"]  # in two threads, either of which may be first
        database.go_on.set()
        await asyncio.gather(*asked)
        assert database.asked[2:] == ["c"]

    run(scene, at_once=2)


def test_a_failure_is_everybodys_and_the_next_question_is_asked_anew() -> None:
    async def scene(reads: SharedReads, database: Database) -> None:
        database.go_on.set()
        answers = await asyncio.gather(*(reads.ask(database.read, "gone") for _ in range(3)), return_exceptions=True)
        assert [type(answer) for answer in answers] == [LookupError] * 3
        with pytest.raises(LookupError):
            await reads.ask(database.read, "gone")
        assert database.asked == ["gone", "gone"]

    run(scene)


def test_who_gives_up_takes_no_answer_from_others_and_a_question_of_nobody_is_not_asked() -> None:
    async def scene(reads: SharedReads, database: Database) -> None:
        busy = asyncio.create_task(reads.ask(database.read, "busy"))
        await until(lambda: database.asked)
        gone, stays = (asyncio.create_task(reads.ask(database.read, "page")) for _ in range(2))
        alone = asyncio.create_task(reads.ask(database.read, "alone"))
        await asyncio.sleep(0)
        gone.cancel()
        alone.cancel()
        await asyncio.gather(gone, alone, return_exceptions=True)
        database.go_on.set()
        assert await stays == ("page", 2)
        await busy
        assert database.asked == ["busy", "page"]
        assert await reads.ask(database.read, "alone") == ("alone", 3)

    run(scene)
