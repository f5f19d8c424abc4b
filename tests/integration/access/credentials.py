"""Helpers of the tests of access: a served application, keys of every kind, and a list of all routes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route

from gradus.wire.key import NewKey, Role
from hub.access import browser_sessions, keys, workspaces
from hub.access.browser_sessions import SessionKind
from hub.hub import Hub
from hub.tables import KeyRow
from tests.servers.serving import served

JSON = {"Content-Type": "application/json"}
SPEC = {"dataset": "digits", "layers": [4]}
LONG_AGO = timedelta(days=1)


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve the application on a real socket; yields its URL."""
    with served(app) as (url, _):
        yield url


def make_key(hub: Hub, workspace: str = "default", role: Role = Role.EDITOR) -> NewKey:
    at = datetime.now(UTC)
    with hub.write() as session:
        workspaces.ensure(session, workspace, at)
        return keys.create(session, workspace, f"{role} of {workspace}", role, at)


def revoke(hub: Hub, key: NewKey) -> None:
    with hub.write() as session:
        assert keys.revoke(session, key.workspace, key.id, datetime.now(UTC))


def expire(hub: Hub, key: NewKey) -> None:
    with hub.write() as session:
        row = session.get(KeyRow, key.id)
        assert row is not None
        row.expires_at = datetime.now(UTC) - LONG_AGO


def ticket(hub: Hub, key: NewKey, kind: SessionKind = SessionKind.TICKET) -> str:
    with hub.write() as session:
        row = session.get(KeyRow, key.id)
        assert row is not None
        return browser_sessions.issue(session, row, kind, datetime.now(UTC)).text


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@dataclass(frozen=True)
class Address:
    """A method and a path that the service has a route for."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def addresses(routes: Sequence[BaseRoute]) -> list[Address]:
    """Every method of every route, including the routes of included routers."""
    found: list[Address] = []
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            found += addresses(inner.routes)
        elif isinstance(route, APIRoute | Route):
            found += [Address(method, route.path) for method in sorted(route.methods or {"GET"}) if method != "HEAD"]
    return found


def ask(client: httpx.Client, address: Address, headers: dict[str, str], **filled: str) -> httpx.Response:
    """Send a request; returns the response, whose body is read unless it is an event stream. Path parameters that are
    not given become `x`."""
    path = address.path
    for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
        path = path.replace(f"{{{name}}}", filled.get(name, "x"))
    options: dict[str, Any] = {} if address.method == "GET" else {"json": {}}
    with client.stream(address.method, path, headers=headers, **options) as response:
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            response.read()
        return response
