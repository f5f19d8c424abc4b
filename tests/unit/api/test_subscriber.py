"""One listener's queue."""

import asyncio

from api.streaming.log_event import Note
from api.streaming.subscriber import CAPACITY, CAPACITY_BYTES, Ear


def note(number: int, data: str = "{}") -> Note:
    return Note(
        id=number, experiment_id="exp_1", seq=number, workspace_id="default", number=number, kind="log", envelope=data
    )


def test_what_is_told_is_heard_once_and_in_order() -> None:
    async def scene() -> None:
        ear = Ear()
        ear.tell(note(1))
        ear.tell(note(2))
        assert [one.id for one in await ear.hear(1)] == [1, 2]
        assert await ear.hear(0.01) == []
        ear.tell(note(3))
        assert [one.id for one in await ear.hear(1)] == [3]

    asyncio.run(scene())


def test_too_much_is_dropped_whole_until_the_queue_is_cleared() -> None:
    async def scene() -> None:
        ear = Ear()
        for number in range(CAPACITY + 10):
            ear.tell(note(number))
        assert await ear.hear(1) == []
        assert ear.overflown
        ear.clear()
        ear.tell(note(7))
        assert [one.id for one in await ear.hear(1)] == [7]

    asyncio.run(scene())


def test_a_wake_ends_the_wait() -> None:
    async def scene() -> None:
        ear = Ear()
        asyncio.get_running_loop().call_soon(ear.wake)
        async with asyncio.timeout(5):
            assert await ear.hear(60) == []

    asyncio.run(scene())


def test_a_few_large_notes_are_too_much_as_well_but_one_is_told() -> None:
    async def scene() -> None:
        ear = Ear()
        large = "x" * CAPACITY_BYTES
        ear.tell(note(1, large))
        assert [one.id for one in await ear.hear(1)] == [1]
        ear.tell(note(2, large))
        ear.tell(note(3, large))
        assert await ear.hear(1) == []
        assert ear.overflown

    asyncio.run(scene())
