"""A service that asks for keys."""

from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from gradus.wire.key import Role
from hub.hub import Hub
from tests.integration.access.credentials import bearer, make_key, serving


@pytest.fixture(params=["sqlite"])
def migrated_url(migrated_url: str) -> str:
    """Only SQLite, because access control is the same on every database."""
    return migrated_url


@pytest.fixture
def url(hub: Hub) -> Iterator[str]:
    """The URL of a service."""
    with serving(create_app(hub, poll=0.05, heartbeat=0.2)) as url:
        yield url


@pytest.fixture
def ours(url: str, hub: Hub) -> Iterator[httpx.Client]:
    """A client with the key of an admin of the workspace `ours`."""
    with httpx.Client(base_url=url, headers=bearer(make_key(hub, "ours", Role.ADMIN).key), timeout=60) as client:
        yield client


@pytest.fixture
def theirs(url: str, hub: Hub) -> Iterator[httpx.Client]:
    """A client with the key of an admin of the workspace `theirs`."""
    with httpx.Client(base_url=url, headers=bearer(make_key(hub, "theirs", Role.ADMIN).key), timeout=60) as client:
        yield client


@pytest.fixture(scope="module", params=["sqlite"])
def module_hub(module_hub: Hub) -> Hub:
    """A hub for all tests of a file, only on SQLite."""
    return module_hub


@pytest.fixture(scope="module")
def shared_url(module_hub: Hub) -> Iterator[str]:
    """The URL of a service for all tests of a file."""
    with serving(create_app(module_hub, poll=0.05, heartbeat=0.2)) as url:
        yield url
