"""How many responses a client gets in an iteration of the event loop."""

import asyncio

from api.middleware.event_loop_turns import EventLoopTurns


async def ask(turns: EventLoopTurns, client: str, log: list[str]) -> None:
    waiter = turns.begin(client)
    if waiter is not None:
        await waiter
    log.append(client)


def test_a_client_with_many_requests_delays_another_by_one_pass() -> None:
    async def scene() -> list[str]:
        turns, log = EventLoopTurns(per_pass=2), list[str]()
        greedy = [asyncio.create_task(ask(turns, "a", log)) for _ in range(7)]
        await asyncio.sleep(0)
        other = asyncio.create_task(ask(turns, "b", log))
        await asyncio.gather(*greedy, other)
        return log

    log = asyncio.run(scene())
    assert log[:2] == ["a", "a"]
    assert log.index("b") <= 4
    assert log.count("a") == 7


def test_requests_of_one_client_are_answered_in_their_order() -> None:
    async def scene() -> list[int]:
        turns, log = EventLoopTurns(per_pass=2), list[int]()

        async def numbered(i: int) -> None:
            waiter = turns.begin("a")
            if waiter is not None:
                await waiter
            log.append(i)

        tasks = []
        for i in range(9):
            tasks.append(asyncio.create_task(numbered(i)))
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        return log

    assert asyncio.run(scene()) == list(range(9))


def test_a_cancelled_request_takes_no_turn_and_nothing_is_kept() -> None:
    async def scene() -> EventLoopTurns:
        turns, log = EventLoopTurns(per_pass=1), list[str]()
        tasks = [asyncio.create_task(ask(turns, "a", log)) for _ in range(3)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert log == ["a", "a"]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return turns

    turns = asyncio.run(scene())
    assert not turns._queues
    assert not turns._counts
    assert not turns._is_pass_open
