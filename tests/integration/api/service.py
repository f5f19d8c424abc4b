"""Helpers of the tests of the API."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx
import pytest
import uvicorn

from api.app import create_app
from api.http.protocol import BoundedHttpProtocol
from api.streaming.broadcaster import Broadcaster
from gradus.client import Credentials
from gradus.wire.experiment import OF_ONE
from hub.hub import Hub
from tests.servers.processes import admin_key, http_client, wait_until
from tests.servers.serving import served

SPEC = {"dataset": "digits", "layers": [4]}
JSON = {"Content-Type": "application/json"}
PROBLEM = "application/problem+json"

on_sqlite = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
"""A mark for tests that run on SQLite alone, because they do not depend on the kind of database."""


@dataclass(frozen=True)
class Service:
    """A running API, and its hub, through which tests act as a worker."""

    url: str
    hub: Hub
    broadcaster: Broadcaster
    server: uvicorn.Server

    @cached_property
    def access(self) -> Credentials:
        """The URL and the key of an admin. The key is made at its first use, because not every test has a database."""
        return Credentials(self.url, admin_key(self.hub.settings.database_url))

    def client(self, seconds: float = 60) -> httpx.Client:
        """An HTTP client with the admin's key."""
        return http_client(self.access, seconds)


@contextmanager
def serving(
    hub: Hub,
    http: type[asyncio.Protocol] = BoundedHttpProtocol,
    behind: Callable[[Any], Any] = lambda application: application,
) -> Iterator[Service]:
    """Serve the API in a thread of this process, with short waiting times. `behind` may wrap the application in another
    one."""
    app = create_app(hub, poll=0.05, heartbeat=0.2)
    with served(behind(app), http) as (url, server):
        yield Service(url, hub, app.state.app_state.broadcaster, server)


@dataclass(frozen=True)
class Told:
    """An event of a stream."""

    id: int
    event: str
    data: dict[str, Any]
    seq: int
    at: str
    experiment_id: str


def wait_for(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until the condition is true; fail after the given number of seconds."""
    wait_until(true, "it", seconds)


@contextmanager
def subscribed(client: httpx.Client, path: str, **options: Any) -> Iterator[Iterator[Told]]:
    """Open a stream; yields its events as they arrive."""
    with client.stream("GET", path, **options) as response:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield told(response.iter_lines())


def told(lines: Iterator[str]) -> Iterator[Told]:
    """Parse server-sent events, by those rules of the HTML standard that the service uses."""
    fields: dict[str, str] = {}
    for line in lines:
        if not line and fields:
            envelope = json.loads(fields["data"])
            assert list(envelope) == ["seq", "kind", "at", "experiment_id", "data"]
            assert envelope.pop("kind") == fields["event"]
            yield Told(int(fields["id"]), fields["event"], **envelope)
            fields = {}
        elif line and not line.startswith(":"):
            key, _, value = line.partition(": ")
            assert key in {"id", "event", "data"}
            assert key not in fields
            fields[key] = value


def experiments(client: httpx.Client) -> list[dict[str, Any]]:
    """All experiments of the workspace, newest first."""
    data: list[dict[str, Any]] = client.get("/v1/experiments", params={"limit": 200}).json()["data"]
    return data


def as_listed(answer: dict[str, Any]) -> dict[str, Any]:
    """The experiment as lists and events contain it."""
    return {**answer, **dict.fromkeys(OF_ONE)}


def assert_problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """The problem document of the response, which must have this status."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == PROBLEM
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status
    assert problem["type"] == f"urn:gradus:problem:{problem['code']}"
    assert problem["title"]
    assert problem["detail"]
    return problem
