"""How connections that arrive together are accepted."""

import asyncio
import socket
from collections import Counter
from contextlib import ExitStack
from typing import Any

import pytest

from api.http.event_loop import ACCEPTED_AT_ONCE, EventLoop

CROWD = 10 * ACCEPTED_AT_ONCE


class Rounds:
    """Counts the iterations of the running event loop, and how many connections were made in each."""

    def __init__(self) -> None:
        self.count = 0
        self.connected: Counter[int] = Counter()

    def begin(self) -> None:
        self.count += 1
        if self.connected.total() < CROWD:
            asyncio.get_running_loop().call_soon(self.begin)


class Greeting(asyncio.Protocol):
    """Sends a greeting to each client and closes the connection."""

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds

    def connection_made(self, transport: Any) -> None:
        self._rounds.connected[self._rounds.count] += 1
        transport.write(b"welcome")
        transport.close()


async def crowd() -> Rounds:
    """Connect a crowd of clients before the first is accepted, and wait until all are greeted. Returns the counts."""
    rounds = Rounds()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Greeting(rounds), "127.0.0.1", 0, backlog=2 * CROWD)
    address = server.sockets[0].getsockname()
    with ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection(address, 20)) for _ in range(CROWD)]
        rounds.begin()
        said = [await asyncio.to_thread(client.recv, 100) for client in clients]
    assert said == [b"welcome"] * CROWD
    server.close()
    await server.wait_closed()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, 20)
    return rounds


def test_a_crowd_is_accepted_in_few_rounds_of_the_event_loop() -> None:
    with asyncio.Runner(loop_factory=EventLoop) as runner:
        rounds = runner.run(crowd())
    assert len(rounds.connected) <= CROWD / ACCEPTED_AT_ONCE + 2


def test_who_was_accepted_has_a_turn_before_more_are() -> None:
    with asyncio.Runner(loop_factory=EventLoop) as runner:
        rounds = runner.run(crowd())
    assert max(rounds.connected.values()) <= ACCEPTED_AT_ONCE + 1  # and the one that uvloop accepts
