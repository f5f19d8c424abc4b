"""A service that asks for keys."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from gradus.wire.key import Role
from hub.hub import Hub
from hub.settings import Settings
from hub.valkey import ValkeyServer
from tests.integration.access.credentials import bearer, make_key, serving


@pytest.fixture(params=["sqlite"])
def migrated_url(migrated_url: str) -> str:
    """One kind is enough here: the door is the same on every database."""
    return migrated_url


@pytest.fixture
def url(hub: Hub) -> Iterator[str]:
    """Where it is."""
    with serving(create_app(hub, poll=0.05, heartbeat=0.2)) as url:
        yield url


@pytest.fixture
def ours(url: str, hub: Hub) -> Iterator[httpx.Client]:
    """An admin of the workspace `ours`."""
    with httpx.Client(base_url=url, headers=bearer(make_key(hub, "ours", Role.ADMIN).key), timeout=60) as client:
        yield client


@pytest.fixture
def theirs(url: str, hub: Hub) -> Iterator[httpx.Client]:
    """An admin of the workspace `theirs`."""
    with httpx.Client(base_url=url, headers=bearer(make_key(hub, "theirs", Role.ADMIN).key), timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def shared_hub(sqlite_template: Path, valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub for all tests of a file."""
    folder = tmp_path_factory.mktemp("shared")
    url = f"sqlite:///{shutil.copy(sqlite_template, folder / 'gradus.db')}"
    hub = Hub(Settings(url, valkey.url, str(folder / "artifacts"), folder, (folder,)))
    yield hub
    hub.close()


@pytest.fixture(scope="module")
def shared_url(shared_hub: Hub) -> Iterator[str]:
    """Where a service for all tests of a file is."""
    with serving(create_app(shared_hub, poll=0.05, heartbeat=0.2)) as url:
        yield url
