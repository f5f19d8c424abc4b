"""The queue of a subscriber."""

import asyncio

from api.streaming.log_event import LogEvent
from api.streaming.subscriber import CAPACITY, CAPACITY_BYTES, Subscriber


def log_event(number: int, data: str = "{}") -> LogEvent:
    return LogEvent(id=number, logs=("exp_1", "default"), seq=number, number=number, kind="log", envelope=data)


def test_what_is_told_is_heard_once_and_in_order() -> None:
    async def scene() -> None:
        subscriber = Subscriber()
        subscriber.push(log_event(1))
        subscriber.push(log_event(2))
        assert [one.id for one in await subscriber.next_events(1)] == [1, 2]
        assert await subscriber.next_events(0.01) == []
        subscriber.push(log_event(3))
        assert [one.id for one in await subscriber.next_events(1)] == [3]

    asyncio.run(scene())


def test_too_much_is_dropped_whole_until_the_queue_is_cleared() -> None:
    async def scene() -> None:
        subscriber = Subscriber()
        for number in range(CAPACITY + 10):
            subscriber.push(log_event(number))
        assert await subscriber.next_events(1) == []
        assert subscriber.overflowed
        subscriber.clear()
        subscriber.push(log_event(7))
        assert [one.id for one in await subscriber.next_events(1)] == [7]

    asyncio.run(scene())


def test_a_wake_ends_the_wait() -> None:
    async def scene() -> None:
        subscriber = Subscriber()
        asyncio.get_running_loop().call_soon(subscriber.wake)
        async with asyncio.timeout(60):
            assert await subscriber.next_events(60) == []

    asyncio.run(scene())


def test_a_few_large_notes_are_too_much_as_well_but_one_is_told() -> None:
    async def scene() -> None:
        subscriber = Subscriber()
        large = "x" * CAPACITY_BYTES
        subscriber.push(log_event(1, large))
        assert [one.id for one in await subscriber.next_events(1)] == [1]
        subscriber.push(log_event(2, large))
        subscriber.push(log_event(3, large))
        assert await subscriber.next_events(1) == []
        assert subscriber.overflowed

    asyncio.run(scene())
