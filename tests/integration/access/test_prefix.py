"""A service below a path: every address that it returns begins with the path, whether the proxy cuts it off or not."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from http.cookies import SimpleCookie

import httpx
import pytest

from api.app import create_app
from gradus.client import Client
from gradus.root_path import root_path
from gradus.wire.key import Role
from hub.hub import Hub
from tests.integration.access.credentials import SPEC, bearer, make_key, serving
from tests.servers import patient
from tests.servers.prefix_proxy import PrefixProxy, running_proxy

PREFIX = "/lab/gradus"
WAYS = {
    "cut, told by the proxy": (True, PREFIX, ""),
    "cut, told with a slash at the end": (True, f"{PREFIX}/", ""),
    "cut, told at the start": (True, None, PREFIX),
    "left, told by the proxy": (False, PREFIX, ""),
    "left, told at the start": (False, None, PREFIX),
    "told by both": (True, PREFIX, "/another"),
}


@pytest.fixture(params=WAYS)
def proxy(request: pytest.FixtureRequest, hub: Hub) -> Iterator[PrefixProxy]:
    """A proxy in front of a service that asks for keys."""
    cut, told, known = WAYS[request.param]
    with ExitStack() as stack:
        service = stack.enter_context(serving(create_app(hub, poll=0.05, heartbeat=0.2, root_path=known)))
        yield stack.enter_context(running_proxy(service, PREFIX, cut=cut, told=told))


def test_every_address_that_is_given_out_is_below_the_prefix(proxy: PrefixProxy, hub: Hub) -> None:
    key = make_key(hub, role=Role.ADMIN).key
    with httpx.Client(base_url=proxy.host, headers=bearer(key), timeout=60) as client:
        made = client.post(f"{PREFIX}/v1/experiments", json=SPEC)
        assert made.headers["location"] == f"{PREFIX}/v1/experiments/{made.json()['id']}"
        assert client.get(made.headers["location"]).json() == made.json()
        forked = client.post(f"{made.headers['location']}/fork", json={})
        assert forked.headers["location"].startswith(f"{PREFIX}/v1/experiments/")
        sweep = client.post(f"{PREFIX}/v1/sweeps", json={"base": SPEC, "grid": {"l2": [0, 0.1]}})
        assert sweep.headers["location"].startswith(f"{PREFIX}/v1/sweeps/")
        assert client.post(f"{PREFIX}/v1/keys", json={"name": "n"}).headers["location"] == f"{PREFIX}/v1/keys"
        assert client.get(f"{PREFIX}/openapi.json").json()["servers"][0]["url"] == PREFIX
        assert len(client.get(f"{PREFIX}/openapi.json").json()["servers"]) == 1
        lost = client.get(f"{PREFIX}/v1/experiment").json()
        assert lost["detail"] == f"not found: {PREFIX}/v1/experiment; did you mean {PREFIX}/v1/experiments?"
        assert client.put(f"{PREFIX}/v1/experiments").headers["allow"] == "GET, HEAD, POST"
        assert client.get(f"{PREFIX}/v1/experiments").headers["cache-control"] == "private, no-cache"
    assert proxy.outside == []


def test_pages_take_everything_from_below_the_prefix(proxy: PrefixProxy) -> None:
    for page in ("", "/", "/experiments/exp_x", "/docs", "/sign-in"):
        text = patient.get(f"{proxy.url}{page}").raise_for_status().text
        parts = [part for part in re.findall(r'(?:src|href)="([^"]*)"', text) if part != "data:,"]
        assert len(parts) >= 3, page
        assert [part for part in parts if not part.startswith(f"{PREFIX}/")] == []
        for part in parts[:2]:
            assert patient.get(f"{proxy.host}{part}").status_code == 200, part


def test_a_cookie_is_for_the_prefix_alone(proxy: PrefixProxy, hub: Hub) -> None:
    own = {"Origin": proxy.host, "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=proxy.host, headers=own, timeout=60) as browser:
        answer = browser.post(f"{PREFIX}/v1/session", json={"key": make_key(hub).key})
        (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
        assert cookie["path"] == PREFIX
        assert browser.get(f"{PREFIX}/v1/session").status_code == 200
        assert browser.delete(f"{PREFIX}/v1/session").status_code == 204
        assert not browser.cookies


def test_the_client_works_below_the_prefix(proxy: PrefixProxy, hub: Hub) -> None:
    with Client(proxy.url, key=make_key(hub).key) as client:
        run = client.experiments.create(SPEC)
        assert [one.id for one in client.experiments.list()] == [run.id]
        run.cancel()
        assert [event.kind for event in run.events()][-1] == "end"


@pytest.mark.parametrize(
    "told", ["//evil.example", "https://evil.example", "/a/../b", "/a b", "/a?b", "/a\\b", "gradus", "/%2e%2e/x"]
)
def test_what_is_no_path_is_not_believed(hub: Hub, told: str) -> None:
    headers = {**bearer(make_key(hub).key), "X-Forwarded-Prefix": told}
    with serving(create_app(hub)) as url:
        made = patient.post(f"{url}/v1/experiments", json=SPEC, headers=headers)
        assert made.headers["location"] == f"/v1/experiments/{made.json()['id']}"


def test_who_is_not_trusted_is_not_believed(hub: Hub) -> None:
    headers = {**bearer(make_key(hub).key), "X-Forwarded-Prefix": "/gradus", "X-Forwarded-Proto": "https"}
    with serving(create_app(hub, trusted_proxies="192.0.2.1")) as url:
        made = patient.post(f"{url}/v1/experiments", json=SPEC, headers=headers)
        assert made.headers["location"].startswith("/v1/")
        assert "strict-transport-security" not in made.headers


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", ""),
        ("/", ""),
        ("/gradus", "/gradus"),
        (" /gradus/ ", "/gradus"),
        ("/user/ada@lab.example/proxy/8000", "/user/ada@lab.example/proxy/8000"),
        ("/user/ada%40lab/x", "/user/ada@lab/x"),
        ("/~ada/.gradus/...", "/~ada/.gradus/..."),
        ("gradus", None),
        ("//gradus", None),
        ("/a//b", None),
        ("/a/./b", None),
        ("/a/..", None),
        ("/%2E%2E/b", None),
        ("/a%2F%2Fb", None),
        ("http://host/gradus", None),
        ("/a\r\nSet-Cookie: x", None),
        ("/a%0d%0ab", None),
        ("/a\\b", None),
        ("/a?b", None),
        ("/a#b", None),
        ("/\u202ea", None),
        ("/" + "a" * 300, None),
    ],
)
def test_a_root_path_is_a_path_and_nothing_else(text: str, path: str | None) -> None:
    assert root_path(text) == path
