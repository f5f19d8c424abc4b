"""Many clients of event streams in a separate process. They use plain sockets, to need little CPU time themselves."""

import asyncio
import re
import resource
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from urllib.parse import urlsplit

_EPOCH = re.compile(rb'"kind":"epoch","at":"[^"]*","experiment_id":"(\w+)","data":\{"epoch":(\d+)')
AT_A_TIME = 50
"""Number of streams that are opened concurrently."""

Receipt = tuple[str, int, float]
"""Experiment, epoch, and the monotonic time at which a client received the row."""


@dataclass(frozen=True)
class Streams:
    """The streams to open."""

    url: str
    key: str | None
    experiments: tuple[str | None, ...]
    """The experiment of each stream; None for the stream of all events."""


def listen(streams: Streams, wire: Connection) -> None:
    """Open all streams and report it through the pipe; on a message, send back all receipts."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    asyncio.run(_listen(streams, wire))


async def _listen(streams: Streams, wire: Connection) -> None:
    loop = asyncio.get_running_loop()
    address = urlsplit(streams.url)
    assert address.hostname is not None
    assert address.port is not None
    host, port = address.hostname, address.port
    gate = asyncio.Semaphore(AT_A_TIME)
    receipts: list[Receipt] = []

    async def open_one(experiment: str | None) -> asyncio.Transport:
        async with gate:
            make = lambda: _Client(_request(streams, experiment), receipts)  # noqa: E731
            transport, client = await loop.create_connection(make, host, port)
            await client.answered
            return transport

    transports = await asyncio.gather(*map(open_one, streams.experiments))
    wire.send(len(transports))
    await asyncio.to_thread(wire.recv)
    wire.send(receipts)
    for transport in transports:
        transport.abort()


def _request(streams: Streams, experiment: str | None) -> bytes:
    path = "/v1/events" if experiment is None else f"/v1/experiments/{experiment}/events"
    lines = [f"GET {path} HTTP/1.1", f"Host: {urlsplit(streams.url).netloc}", "Accept: text/event-stream"]
    if streams.key is not None:
        lines.append(f"Authorization: Bearer {streams.key}")
    return "\r\n".join([*lines, "", ""]).encode()


@dataclass
class _Client(asyncio.Protocol):
    request: bytes
    receipts: list[Receipt]
    answered: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    rest: bytes = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        moment = time.monotonic()
        if not self.answered.done():
            assert data.startswith(b"HTTP/1.1 200"), data
            self.answered.set_result(None)
        whole, _, self.rest = (self.rest + data).rpartition(b"\n\n")
        for name, epoch in _EPOCH.findall(whole):
            self.receipts.append((name.decode(), int(epoch), moment))
