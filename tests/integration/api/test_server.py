"""The server as a process: how it ends, its connections, and what it refuses."""

import asyncio
import http.client
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gradus.client import Credentials
from hub.hub import Hub
from tests.integration.access.credentials import bearer
from tests.integration.api.service import on_sqlite
from tests.integration.hub.work import claim, submit, train_epoch
from tests.servers.processes import ROOT, Program, admin_key, free_port, running_api, service_env, wait_until

STREAMS = 200


@pytest.fixture
def server(hub: Hub, tmp_path: Path) -> Iterator[tuple[Program, Credentials]]:
    """An API process, and its URL with an admin's key."""
    env = service_env(tmp_path, hub.settings.database_url, hub.settings.redis_url)
    with running_api(tmp_path, env) as (program, client):
        yield program, client.credentials


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def asked(access: Credentials, path: str, more: str = "") -> Connection:
    """Open a connection and send a request."""
    place = urlsplit(access.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    head = f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {access.key}\r\n{more}\r\n"
    writer.write(head.encode())
    return reader, writer


async def opened(access: Credentials, path: str) -> Connection:
    """Open a stream and read its first event."""
    reader, writer = await asked(access, path)
    assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
    await reader.readuntil(b"\n\n")
    return reader, writer


async def rest(stream: Connection) -> bytes:
    """Everything that arrives until the server closes the connection."""
    reader, writer = stream
    said = await reader.read()
    writer.close()
    return said


def test_open_streams_end_with_a_farewell_when_the_process_is_told_to(
    hub: Hub, server: tuple[Program, Credentials]
) -> None:
    program, access = server
    row = submit(hub)

    async def scene() -> tuple[list[bytes], float]:
        streams = [await opened(access, f"/v1/experiments/{row.id}/events") for _ in range(STREAMS)]
        await asyncio.to_thread(train_epoch, hub, claim(hub, row), 1)
        for reader, _ in streams:
            await reader.readuntil(b"event: epoch")
        start = time.monotonic()
        program.process.send_signal(signal.SIGTERM)
        said = await asyncio.gather(*map(rest, streams))
        return said, time.monotonic() - start

    said, seconds = asyncio.run(scene())
    program.process.wait(60)
    print(f"\n{STREAMS} streams closed {seconds:.2f} s after SIGTERM, process gone with {program.process.returncode}")  # noqa: T201
    assert len(said) == STREAMS
    assert all(b": the service is shutting down" in one for one in said)
    assert all(one.endswith(b"0\r\n\r\n") for one in said)
    assert program.process.returncode in {0, -signal.SIGTERM}
    assert "Traceback" not in program.log.read_text()


@on_sqlite
def test_a_long_poll_ends_when_the_process_is_told_to(hub: Hub, server: tuple[Program, Credentials]) -> None:
    program, access = server
    row = submit(hub)

    async def scene() -> bytes:
        reader, writer = await asked(access, f"/v1/experiments/{row.id}/metrics?wait=60")
        for _ in range(3):  # what the same client asked before has begun when these are answered
            await rest(await asked(access, "/v1/experiments", "Connection: close\r\n"))
        program.process.send_signal(signal.SIGTERM)
        return await rest((reader, writer))

    assert b'{"data":[],"last_epoch":0,"status":"queued","last_event":1}' in asyncio.run(scene())


@on_sqlite
def test_many_requests_go_over_one_connection(server: tuple[Program, Credentials]) -> None:
    """It prints the time. Without TCP_NODELAY, every request after the first would take 40 ms."""
    access = server[1]
    connection = http.client.HTTPConnection(urlsplit(access.url).netloc)
    seconds = []
    for _ in range(20):
        start = time.perf_counter()
        connection.request("GET", "/v1/experiments", headers=bearer(access.key or ""))
        assert connection.getresponse().read() == b'{"data":[],"next_cursor":null,"last_event":0}'
        seconds.append(time.perf_counter() - start)
    connection.close()
    print(f"\nkeep-alive requests: median {statistics.median(seconds[1:]) * 1000:.1f} ms")  # noqa: T201


@on_sqlite
def test_several_processes_share_a_port(hub: Hub, tmp_path: Path) -> None:
    port = free_port()
    access = Credentials(f"http://127.0.0.1:{port}", admin_key(hub.settings.database_url))
    env = service_env(tmp_path, hub.settings.database_url, hub.settings.redis_url)
    with Program(tmp_path / "log", "api", "--port", port, "--processes", 2, env=env) as program:
        wait_until(lambda: program.log.read_text().count("Application startup complete") == 2, "both processes")
        row = submit(hub)
        said = asyncio.run(both_told(access, f"/v1/experiments/{row.id}/events", lambda: claim(hub, row), program))
        assert all(b": the service is shutting down" in one for one in said)


async def both_told(access: Credentials, path: str, act: Callable[[], object], program: Program) -> list[bytes]:
    """Open enough streams that both processes have some, then do `act` and end the server. Returns the rest of each
    stream."""
    streams = [await opened(access, path) for _ in range(8)]
    await asyncio.to_thread(act)
    for reader, _ in streams:
        await reader.readuntil(b"id: 2\n")
    program.process.send_signal(signal.SIGTERM)
    return await asyncio.gather(*map(rest, streams))


@on_sqlite
def test_a_server_that_others_reach_wants_a_key_first(hub: Hub, tmp_path: Path) -> None:
    env = service_env(tmp_path, hub.settings.database_url, hub.settings.redis_url)
    done = subprocess.run(
        [sys.executable, "-m", "api", "--host", "0.0.0.0"],  # noqa: S104
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "does not listen on 0.0.0.0 before an API key exists" in done.stderr
