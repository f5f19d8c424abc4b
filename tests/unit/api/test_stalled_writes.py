"""A client that reads slowly is kept; one that reads nothing is disconnected."""

import asyncio
import socket

from api.http.stalled_writes import StalledWrites

SECONDS = 0.5
WRITTEN = 4 << 20
TAKEN = 20_000
"""A number of bytes that the kernel delivers without taking new ones from the server."""


async def left_alone(*, taken: int) -> bool:
    """Whether the connection still exists after a while in which its client has read this number of bytes."""
    loop = asyncio.get_running_loop()
    accepted: asyncio.Future[asyncio.Transport] = loop.create_future()

    class Writing(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 256 << 10)
            transport.write(b"x" * WRITTEN)
            accepted.set_result(transport)

    server = await loop.create_server(Writing, "127.0.0.1", 0)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)  # noqa: FBT003
        await loop.sock_connect(client, server.sockets[0].getsockname())
        transport = await accepted
        await asyncio.sleep(SECONDS)  # the kernel has taken what it takes
        stall, waiting = StalledWrites(loop, transport), transport.get_write_buffer_size()
        stall.begin(SECONDS)
        while taken > 0:
            taken -= len(await loop.sock_recv(client, taken))
        await asyncio.sleep(1.5 * SECONDS)
        assert transport.get_write_buffer_size() in {waiting, 0}
        there = not transport.is_closing()
        transport.abort()
    server.close()
    await server.wait_closed()
    return there


def test_who_takes_less_than_the_kernel_holds_goes_on() -> None:
    assert asyncio.run(left_alone(taken=TAKEN))


def test_who_takes_nothing_is_given_up() -> None:
    assert not asyncio.run(left_alone(taken=0))
