"""Whose request is started next when there are more requests than may run at once."""

import asyncio
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from api.middleware.fairness import Fairness, end_turn


class Application:
    """Answers each request only when the test permits it."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.go_on: dict[str, asyncio.Event] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.begun.append(scope["path"])
        await self.go_on.setdefault(scope["path"], asyncio.Event()).wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(0.01)


def request(path: str, key: str, address: str = "10.0.0.1") -> dict[str, Any]:
    headers = [(b"authorization", key.encode())] if key else []
    return {"type": "http", "path": path, "headers": headers, "client": (address, 1)}


async def _receive() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _send(_: Message) -> None:
    pass


async def crowd(app: Application, at_once: int, *scopes: dict[str, Any]) -> list[asyncio.Task[None]]:
    fairness = Fairness(app, at_once)
    tasks = []
    for scope in scopes:
        tasks.append(asyncio.create_task(fairness(scope, _receive, _send)))
        await asyncio.sleep(0)
    return tasks


async def answer(app: Application, path: str) -> None:
    app.go_on.setdefault(path, asyncio.Event()).set()
    for _ in range(10):
        await asyncio.sleep(0)


def test_clients_take_turns_however_many_requests_one_sends() -> None:
    async def scene() -> list[str]:
        app = Application()
        greedy = [request(f"/a{i}", "greedy") for i in range(5)]
        tasks = await crowd(app, 1, *greedy, request("/b0", "other"), request("/c0", ""), request("/b1", "other"))
        for _ in range(len(tasks)):
            await answer(app, app.begun[-1])
        await asyncio.gather(*tasks)
        return app.begun

    assert asyncio.run(scene()) == ["/a0", "/a1", "/b0", "/c0", "/a2", "/b1", "/a3", "/a4"]


def test_who_shows_a_new_key_with_each_request_is_still_one_address() -> None:
    """At that point it is not known yet whether a key is valid."""

    async def scene() -> list[str]:
        app = Application()
        made_up = [request(f"/a{i}", f"made up {i}") for i in range(5)]
        tasks = await crowd(app, 1, *made_up, *(request(f"/b{i}", "good", "10.0.0.2") for i in range(2)))
        for _ in range(len(tasks)):
            await answer(app, app.begun[-1])
        await asyncio.gather(*tasks)
        return app.begun

    assert asyncio.run(scene()) == ["/a0", "/a1", "/b0", "/a2", "/b1", "/a3", "/a4"]


def test_below_a_path_liveness_takes_no_turn_either() -> None:
    async def scene() -> list[str]:
        app = Application()
        below = request("/lab/healthz", "k") | {"root_path": "/lab"}
        tasks = await crowd(app, 1, request("/1", "k"), below)
        begun = list(app.begun)
        for path in ("/1", "/lab/healthz"):
            await answer(app, path)
        await asyncio.gather(*tasks)
        return begun

    assert asyncio.run(scene()) == ["/1", "/lab/healthz"]


def test_a_request_that_takes_long_holds_nobody_up_for_long() -> None:
    async def scene() -> None:
        app = Application()
        tasks = await crowd(app, 1, request("/waits", "k"), request("/next", "k"))
        assert app.begun == ["/waits"]
        async with asyncio.timeout(60):
            while app.begun != ["/waits", "/next"]:
                await asyncio.sleep(0.01)
        for path in app.begun:
            await answer(app, path)
        await asyncio.gather(*tasks)

    asyncio.run(scene())


def test_liveness_takes_no_turn_and_who_gives_up_loses_none() -> None:
    async def scene() -> list[str]:
        app = Application()
        first, gone, last, health = await crowd(
            app, 1, request("/1", "k"), request("/2", "k"), request("/3", "k"), request("/healthz", "k")
        )
        gone.cancel()
        await answer(app, "/1")
        await answer(app, "/3")
        await answer(app, "/healthz")
        await asyncio.gather(first, last, health)
        return app.begun

    assert asyncio.run(scene()) == ["/1", "/healthz", "/3"]


def test_a_request_that_begins_to_wait_gives_its_turn_to_the_next() -> None:
    """It may begin to wait in a separate task. It gives up its turn only once: waiting again later takes no turn from
    others."""
    waiting: list[str] = []

    async def scene() -> list[str]:
        app = Application()

        async def long_poll(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["path"].startswith("/poll"):
                await asyncio.create_task(waits(scope["path"]))
            await app(scope, receive, send)

        async def waits(path: str) -> None:
            waiting.append(path)
            end_turn()

        fairness = Fairness(long_poll, 1)
        scopes = [request(path, "k") for path in ("/poll1", "/poll2", "/poll3", "/next", "/last")]
        tasks = [asyncio.create_task(fairness(scope, _receive, _send)) for scope in scopes]
        for _ in range(50):
            await asyncio.sleep(0)
        begun = list(app.begun)
        for path in ("/poll1", "/poll2", "/poll3", "/next", "/last"):
            await answer(app, path)
        await asyncio.gather(*tasks)
        return begun

    assert sorted(asyncio.run(scene())) == ["/next", "/poll1", "/poll2", "/poll3"]
    assert waiting == ["/poll1", "/poll2", "/poll3"]
