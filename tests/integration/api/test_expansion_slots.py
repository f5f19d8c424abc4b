"""Slots for the expansion of sweeps: a few at a time, separate from other requests, and none for a client that has
disconnected."""

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from api.app import create_app
from api.dependencies import watch
from api.expansion_slots import AT_ONCE, ExpansionSlot, ExpansionSlots
from gradus.errors import BadRequest, InvalidSpec, TooManyRequests
from hub.hub import Hub
from tests.integration.api.service import SPEC, on_sqlite
from tests.servers.processes import admin_key

SWEEP: dict[str, Any] = {"base": SPEC, "grid": {"l2": [one / 1000 for one in range(1000)]}}


def client_of(app: FastAPI, hub: Hub) -> httpx.AsyncClient:
    headers = {"Authorization": bearer(hub)}
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers)


def bearer(hub: Hub) -> str:
    return f"Bearer {admin_key(hub.settings.database_url)}"


@on_sqlite
def test_what_waits_for_a_turn_keeps_nobody_else_waiting(hub: Hub) -> None:
    async def run() -> None:
        app = create_app(hub)
        async with client_of(app, hub) as client, AsyncExitStack() as taken:
            for _ in range(AT_ONCE):
                await taken.enter_async_context(app.state.app_state.expansion_slots.next())
            asked = [asyncio.create_task(client.post("/v1/sweeps?dry_run=true", json=SWEEP)) for _ in range(20)]
            for _ in range(3):
                assert (await client.get("/v1/experiments")).status_code == 200
            assert not any(one.done() for one in asked)
            await taken.aclose()
            assert {(await one).status_code for one in asked[:2]} == {200}
            for one in asked[2:]:
                one.cancel()
            await asyncio.gather(*asked, return_exceptions=True)

    asyncio.run(run())


def test_a_client_is_asked_once_whether_it_has_left() -> None:
    """Each check lets the server read further data of the client, which would stay in memory."""
    slot, left, asked = ExpansionSlot(), asyncio.Event(), []

    async def receive() -> Any:
        asked.append(1)
        await left.wait()
        return {"type": "http.disconnect"}

    async def run() -> None:
        watching = asyncio.create_task(watch(Request({"type": "http"}, receive), slot))
        await asyncio.sleep(0.3)
        slot.check()
        left.set()
        await watching

    asyncio.run(run())
    assert len(asked) == 1
    with pytest.raises(BadRequest):
        slot.check()


@on_sqlite
def test_a_client_that_left_ends_the_work(hub: Hub) -> None:
    app = create_app(hub)
    body = json.dumps(SWEEP).encode()
    messages = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = {
        "host": "localhost",
        "content-type": "application/json",
        "content-length": str(len(body)),
        "authorization": bearer(hub),
    }
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/sweeps",
        "raw_path": b"/v1/sweeps",
        "query_string": b"",
        "root_path": "",
        "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }
    asyncio.run(app(scope, receive, send))
    assert b"client_left" in b"".join(message.get("body", b"") for message in sent)
    with hub.read() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM experiments").scalar_one() == 0


def test_turns_are_few_and_so_are_those_who_wait() -> None:
    async def run() -> None:
        expansion_slots = ExpansionSlots(at_once=1, waiting=1)
        async with expansion_slots.next():
            waiting = asyncio.create_task(expansion_slots.next().__aenter__())
            await asyncio.sleep(0)
            with pytest.raises(TooManyRequests):
                await expansion_slots.next().__aenter__()
            assert not waiting.done()
        assert isinstance(await waiting, ExpansionSlot)

    asyncio.run(run())


def test_a_turn_ends_when_its_client_leaves_or_its_time_is_over() -> None:
    slot = ExpansionSlot()
    slot.check()
    slot.leave()
    with pytest.raises(BadRequest, match="disconnected"):
        slot.check()
    with pytest.raises(InvalidSpec, match="make the sweep smaller"):
        use_up(ExpansionSlot(seconds=0))


def use_up(slot: ExpansionSlot) -> None:
    while True:
        slot.check()
